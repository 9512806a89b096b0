import { strokeText } from './strokeLetters.ts'

interface TextPlace {
  x: number
  /** Of the baseline. */
  y: number
  size?: number
  anchor?: 'start' | 'middle' | 'end'
  colour: string
  bold?: boolean
  /** Turned to be read from below upwards. */
  upwards?: boolean
}

/** A way to put words into an SVG. */
export interface Lettering {
  write: (text: string, place: TextPlace) => string
  width: (text: string, size: number) => number
}

const SIZE = 13
const FONTS =
  "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'DejaVu Sans', 'Liberation Sans', sans-serif"

/** Leaves the letters to the fonts of whoever shows the picture. Widths are an estimate on the wide side. */
export const textLettering: Lettering = {
  write: (text, { x, y, size = SIZE, anchor = 'start', colour, bold, upwards }) =>
    `<text ${upwards ? `transform="translate(${x} ${y}) rotate(-90)"` : `x="${x}" y="${y}"`} font-family="${FONTS}" font-size="${size}"` +
    `${bold ? ' font-weight="600"' : ''} text-anchor="${anchor}" fill="${colour}">${escapeXml(text)}</text>`,
  width: (text, size) =>
    Array.from(text).reduce((width, character) => width + size * ((character.codePointAt(0) ?? 0) >= 0x2e80 ? 1 : 0.57), 0),
}

/** Draws the letters, and needs no font. */
export const strokeLettering: Lettering = {
  write: (text, { x, y, size = SIZE, anchor = 'start', colour, bold, upwards }) => {
    const { path, width } = strokeText(text, size)
    const shift = { start: 0, middle: -width / 2, end: -width }[anchor]
    const transform = `translate(${x} ${y})${upwards ? ' rotate(-90)' : ''} translate(${Math.round(shift * 100) / 100} 0)`
    const weight = Math.round(size * (bold ? 11.5 : 9)) / 100
    return `<path d="${path}" transform="${transform}" fill="none" stroke="${colour}" stroke-width="${weight}" stroke-linecap="round" stroke-linejoin="round"/>`
  },
  width: (text, size) => strokeText(text, size).width,
}

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
