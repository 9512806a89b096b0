/**
 * Puts a text on the clipboard, while a person's click or key is being handled. By the event rather than the clipboard's own interface, which
 * asks for a permission: the window grants none.
 */
export function copyText(text: string): boolean {
  const put = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    event.stopPropagation()
  }
  document.addEventListener('copy', put, { capture: true, once: true })
  // The interface that takes its place asks for the permission that the window denies to every page.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  const isDone = document.execCommand('copy')
  document.removeEventListener('copy', put, { capture: true })
  return isDone
}
