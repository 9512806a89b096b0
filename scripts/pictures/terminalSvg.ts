import { displayWidth, graphemes } from '../../src-main/cli/terminal/width.ts'

const COLUMN = 8.4
const LINE = 22
const FONT_SIZE = 14
const PADDING = 24

/** The sixteen colours' places that the command line uses, for a light page. */
const COLOURS: Record<number, string> = {
  31: '#b42318',
  32: '#067647',
  33: '#93610a',
  34: '#175cd3',
  35: '#6941c6',
  36: '#0e7090',
  90: '#667085',
}
const INK = '#1d2939'
const DIM = '#667085'
const PAPER = '#ffffff'

interface Style {
  bold: boolean
  dim: boolean
  underline: boolean
  strike: boolean
  inverse: boolean
  colour: string | null
}
const PLAIN: Style = { bold: false, dim: false, underline: false, strike: false, inverse: false, colour: null }

/** What one SGR code (ECMA-48, 8.3.117) does to a style. */
function applied(style: Style, code: number): Style {
  if (code === 0) return PLAIN
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 4) return { ...style, underline: true }
  if (code === 7) return { ...style, inverse: true }
  if (code === 9) return { ...style, strike: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 24) return { ...style, underline: false }
  if (code === 27) return { ...style, inverse: false }
  if (code === 29) return { ...style, strike: false }
  if (code === 39) return { ...style, colour: null }
  return code in COLOURS ? { ...style, colour: COLOURS[code] ?? null } : style
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** Lines of a terminal, colours and all, as an SVG picture. Every grapheme stands in its own columns, so that Han characters stay aligned. */
export function terminalSvg(lines: readonly string[], columns: number): string {
  const [width, height] = [columns * COLUMN + 2 * PADDING, lines.length * LINE + 2 * PADDING]
  const parts: string[] = []
  lines.forEach((line, row) => {
    let style = PLAIN
    let column = 0
    const y = PADDING + row * LINE
    // eslint-disable-next-line no-control-regex -- an escape sequence begins with a control character
    for (const piece of line.split(/(\x1b\[[\d;]*m)/)) {
      // eslint-disable-next-line no-control-regex
      const codes = /^\x1b\[([\d;]*)m$/.exec(piece)
      if (codes) {
        style = (codes[1] ?? '').split(';').map(Number).reduce(applied, style)
        continue
      }
      if (piece === '') continue
      parts.push(span(piece, column, y, style))
      column += displayWidth(piece)
    }
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" rx="10" fill="${PAPER}"/>
<g font-family="ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', 'Noto Sans CJK SC', monospace" font-size="${FONT_SIZE}" xml:space="preserve">
${parts.join('\n')}
</g>
</svg>
`
}

function span(text: string, column: number, y: number, { bold, dim, underline, strike, inverse, colour }: Style): string {
  const ink = colour ?? (dim ? DIM : INK)
  const at = (columns: number): string => (PADDING + columns * COLUMN).toFixed(1)
  const characters = [...graphemes(text)]
  const width = displayWidth(text) * COLUMN
  const glyphs = characters
    .map((character, i) => {
      const before = displayWidth(characters.slice(0, i).join(''))
      return character === ' ' ? '' : `<tspan x="${at(column + before)}">${escaped(character)}</tspan>`
    })
    .join('')
  const rule = (height: number): string =>
    `<rect x="${at(column)}" y="${(y + height).toFixed(1)}" width="${width.toFixed(1)}" height="1.2" fill="${ink}"/>`
  return [
    inverse ? `<rect x="${at(column)}" y="${y + 1}" width="${width.toFixed(1)}" height="${LINE - 2}" rx="3" fill="${ink}"/>` : '',
    glyphs && `<text y="${y + 15.5}" fill="${inverse ? PAPER : ink}"${bold ? ' font-weight="600"' : ''}>${glyphs}</text>`,
    underline ? rule(18.5) : '',
    strike ? rule(10.5) : '',
  ].join('')
}
