import { expect, it } from 'vitest'
import { openLiveRegion } from '../../../../src-main/cli/terminal/liveRegion.ts'
import { openTerminal, type OutputStream, type Terminal } from '../../../../src-main/cli/terminal/terminal.ts'
import { displayWidth } from '../../../../src-main/cli/terminal/width.ts'

const SEQUENCE_OR_TEXT = /\x1b\[(?:\d+A|J|\?\d+[hl])|\n|\r|[^\x1b\n\r]+/g // eslint-disable-line no-control-regex -- escape sequences

/** As much of a terminal as the region uses: lines that fold at the width, cursor up, clear to the end of the screen. */
function screen(columns: number): {
  terminal: Terminal
  lines: () => string[]
  cursorVisible: () => boolean
  resize: (columns: number) => void
} {
  let written: string[] = []
  let row = 0
  let visible = true
  const stream = {
    isTTY: true,
    columns,
    write(text: string) {
      for (const [part] of text.matchAll(SEQUENCE_OR_TEXT)) {
        if (part === '\n') row++
        else if (part === '\r') continue
        else if (part === '\x1b[J') written = written.slice(0, row)
        else if (part === '\x1b[?25l') visible = false
        else if (part === '\x1b[?25h') visible = true
        else if (part.endsWith('A')) row -= Number(part.slice(2, -1))
        else if (!part.startsWith('\x1b')) written[row] = part
      }
      return true
    },
  }
  const fold = (width: number): void => {
    const before = written.slice(0, row)
    written = before.flatMap((line) =>
      Array.from({ length: Math.max(1, Math.ceil(displayWidth(line) / width)) }, (_, i) =>
        line.slice(i * width, (i + 1) * width),
      ),
    )
    row = written.length
  }
  return {
    terminal: openTerminal(stream as unknown as OutputStream, {}),
    lines: () => written,
    cursorVisible: () => visible,
    resize: (width) => {
      stream.columns = width
      fold(width)
    },
  }
}

it('draws in place, with what stays above it', () => {
  const { terminal, lines, cursorVisible } = screen(20)
  let time = 0
  const region = openLiveRegion(terminal, () => (time += 1000))
  region.draw(() => ['one', 'bar 1'])
  region.draw(() => ['one', 'bar 2'])
  region.above(['stays'])
  region.draw(() => ['bar 3'])
  expect(lines()).toEqual(['stays', 'bar 3'])
  expect(cursorVisible()).toBe(false)
  region.close(true)
  expect(lines()).toEqual(['stays', 'bar 3'])
  expect(cursorVisible()).toBe(true)
})

it('takes its lines away when nothing is to be kept', () => {
  const { terminal, lines } = screen(20)
  const region = openLiveRegion(terminal)
  terminal.line('before')
  region.draw(() => ['a', 'b'])
  region.close(false)
  expect(lines()).toEqual(['before'])
})

it('leaves no remains behind when the window became narrower', () => {
  const { terminal, lines, resize } = screen(20)
  const region = openLiveRegion(terminal)
  region.draw(() => ['0123456789', 'x'], true)
  resize(6)
  region.draw(() => ['y'], true)
  expect(lines()).toEqual(['y'])
})

it('draws no more often than the eye sees, unless it must', () => {
  const { terminal, lines } = screen(20)
  const region = openLiveRegion(terminal, () => 0)
  region.draw(() => ['first'])
  region.draw(() => ['second'])
  expect(lines()).toEqual(['first'])
  region.draw(() => ['last'], true)
  expect(lines()).toEqual(['last'])
  region.close(true)
})
