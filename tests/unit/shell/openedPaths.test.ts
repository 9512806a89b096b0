import { expect, it, vi } from 'vitest'
import { createOpenedPaths } from '../../../src-main/shell/openedPaths.ts'

it('what the system asks to open waits for a page that listens, is told once, and waits again while the page is loaded anew', () => {
  const emit = vi.fn()
  const opened = createOpenedPaths(emit)
  opened.add(['/a'])
  opened.add(['/b'])
  expect(emit).not.toHaveBeenCalled()
  opened.pageListens()
  opened.pageListens()
  expect(emit.mock.calls).toEqual([['app.open', { paths: ['/a', '/b'] }]])
  opened.pageIsGone()
  opened.add(['/c'])
  expect(emit).toHaveBeenCalledTimes(1)
  opened.pageListens()
  expect(emit).toHaveBeenLastCalledWith('app.open', { paths: ['/c'] })
})
