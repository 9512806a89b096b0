/** Whether all words of what is looked for stand in a text, in any order; Chinese has no words to tell apart, so it must stand there as it is. */
export function foundIn(text: string, wanted: string): boolean {
  const whole = text.toLowerCase()
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word))
}
