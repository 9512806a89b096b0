import type { MaskedToken } from '../contract/maskedToken.ts'
import type { TokenReason } from '../contract/tokenReason.ts'
import type { Message } from './messages/message.ts'
import { printable } from './terminal/printable.ts'
import type { Terminal } from './terminal/terminal.ts'
import { displayWidth, graphemes } from './terminal/width.ts'

type Paint = (text: string) => string

/**
 * How each reason looks: by two paints in turn, so that neighbouring tokens can be told apart, or by the brackets around it where there
 * is no colour. Underline, inversion and a strike make the reasons differ by more than colour.
 */
function looks({ colours }: Terminal): Record<TokenReason, { paints: [Paint, Paint]; brackets: [string, string] }> {
  const { dim, gray, green, cyan, underline, inverse, strikethrough, red } = colours
  return {
    given: { paints: [dim, gray], brackets: ['', ''] },
    learned: { paints: [(text) => underline(green(text)), (text) => underline(cyan(text))], brackets: ['[', ']'] },
    'end-mark': { paints: [(text) => inverse(green(text)), (text) => inverse(green(text))], brackets: ['{', '}'] },
    'cut-off': { paints: [(text) => strikethrough(red(text)), (text) => strikethrough(red(text))], brackets: ['~', '~'] },
  }
}

const REASONS = ['given', 'learned', 'end-mark', 'cut-off'] as const satisfies readonly TokenReason[]

/** A row's tokens as lines of at most `width` columns; a line break of the text is shown and breaks the line. */
export function maskLines(tokens: readonly Pick<MaskedToken, 'text' | 'reason'>[], width: number, terminal: Terminal): string[] {
  const look = looks(terminal)
  const lines = ['']
  let used = 0
  const put = (text: string, paint: Paint): void => {
    lines.push((lines.pop() ?? '') + paint(text))
  }
  const startLine = (): void => {
    lines.push('')
    used = 0
  }
  tokens.forEach(({ text, reason }, i) => {
    const { paints, brackets } = look[reason]
    const paint = terminal.coloured ? paints[i % 2 === 0 ? 0 : 1] : (plain: string) => plain
    const opening = !terminal.coloured && tokens[i - 1]?.reason !== reason ? brackets[0] : ''
    const closing = !terminal.coloured && tokens[i + 1]?.reason !== reason ? brackets[1] : ''
    let pending = ''
    // A bracket closes on the line that its text ends, not on the one behind it.
    const shown = (opening + printable(text).replaceAll('\n', '⏎\n')).replace(/\n?$/, (lineBreak) => closing + lineBreak)
    if (reason === 'end-mark' && used > 0 && used + displayWidth(shown) > width) startLine()
    for (const grapheme of graphemes(shown)) {
      const size = displayWidth(grapheme)
      if (grapheme === '\n' || used + size > width) {
        put(pending, paint)
        pending = ''
        startLine()
      }
      if (grapheme === '\n') continue
      pending += grapheme
      used += size
    }
    if (pending !== '') put(pending, paint)
  })
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return lines
}

/** What the looks mean, and how many tokens of each there are. Reasons that do not occur are left out. */
export function maskLegend(counts: Readonly<Record<TokenReason, number>>, terminal: Terminal, message: Message): string {
  const look = looks(terminal)
  return REASONS.filter((reason) => counts[reason] > 0)
    .map((reason) => {
      const { paints, brackets } = look[reason]
      const name = message(`mask.${reason}`)
      const sample = terminal.coloured ? paints[0](name) : brackets[0] + name + brackets[1]
      return `${sample} ${terminal.colours.dim(String(counts[reason]))}`
    })
    .join('   ')
}
