/**
 * Letters made of strokes, for pictures on machines whose fonts are unknown or not there at all: the same everywhere, and a few kilobytes.
 * Drawn on a grid: capitals from y = 0 to the baseline at y = 7, small letters from y = 2.1, descenders to y = 9.
 * Each letter: its width, and its strokes as SVG path data.
 */
const LETTERS: Readonly<Record<string, readonly [width: number, path: string]>> = {
  '0': [4, 'M2 0Q0 0 0 2.4V4.6Q0 7 2 7Q4 7 4 4.6V2.4Q4 0 2 0'],
  '1': [4, 'M.8 1.5L2.3 0V7M.8 7H3.8'],
  '2': [4, 'M.1 1.8Q.3 0 2 0Q3.9 0 3.9 1.9Q3.9 3.1 2.5 4.4L0 7H4'],
  '3': [4, 'M.1 .9Q.8 0 1.9 0Q3.7 0 3.7 1.7Q3.7 3.3 1.4 3.3Q4 3.3 4 5.1Q4 7 1.9 7Q.6 7 0 5.9'],
  '4': [4, 'M3.1 7V0L0 4.9H4.2'],
  '5': [4, 'M3.6 0H.6L.3 3.2Q1 2.6 2 2.6Q4 2.6 4 4.8Q4 7 1.9 7Q.6 7 0 6'],
  '6': [4, 'M3.6 .6Q3 0 2.2 0Q0 0 0 4.3Q0 7 2.1 7Q4 7 4 4.8Q4 2.8 2.1 2.8Q.4 2.8 0 4.5'],
  '7': [4, 'M0 0H4L1.4 7'],
  '8': [4, 'M2 3.2Q.3 3.2 .3 1.6Q.3 0 2 0Q3.7 0 3.7 1.6Q3.7 3.2 2 3.2Q0 3.2 0 5.1Q0 7 2 7Q4 7 4 5.1Q4 3.2 2 3.2'],
  '9': [4, 'M.4 6.4Q1 7 1.8 7Q4 7 4 2.7Q4 0 1.9 0Q0 0 0 2.2Q0 4.2 1.9 4.2Q3.6 4.2 4 2.5'],
  A: [4.8, 'M0 7L2.4 0L4.8 7M.8 4.7H4'],
  B: [4, 'M0 0V7H2Q4 7 4 5.1Q4 3.3 2 3.3H0M2 3.3Q3.6 3.3 3.6 1.6Q3.6 0 2 0H0'],
  C: [4.6, 'M4.6 1.4Q3.9 0 2.5 0Q0 0 0 3.5Q0 7 2.5 7Q3.9 7 4.6 5.6'],
  D: [4.5, 'M0 0V7H1.8Q4.5 7 4.5 3.5Q4.5 0 1.8 0H0'],
  E: [3.6, 'M3.6 0H0V7H3.6M0 3.3H3.1'],
  F: [3.5, 'M3.5 0H0V7M0 3.3H3'],
  G: [4.8, 'M4.6 1.4Q3.9 0 2.5 0Q0 0 0 3.5Q0 7 2.5 7Q4.8 7 4.8 4.2V3.7H2.8'],
  H: [4.4, 'M0 0V7M4.4 0V7M0 3.3H4.4'],
  I: [0, 'M0 0V7'],
  J: [3, 'M3 0V5Q3 7 1.5 7Q.2 7 0 5.6'],
  K: [4, 'M0 0V7M3.8 0L0 4.2M1.4 2.8L4.1 7'],
  L: [3.4, 'M0 0V7H3.4'],
  M: [5.4, 'M0 7V0L2.7 5L5.4 0V7'],
  N: [4.4, 'M0 7V0L4.4 7V0'],
  O: [5, 'M2.5 0Q0 0 0 3.5Q0 7 2.5 7Q5 7 5 3.5Q5 0 2.5 0'],
  P: [3.9, 'M0 7V0H2Q3.9 0 3.9 1.9Q3.9 3.9 2 3.9H0'],
  Q: [5, 'M2.5 0Q0 0 0 3.5Q0 7 2.5 7Q5 7 5 3.5Q5 0 2.5 0M3.2 5.4L5 7.6'],
  R: [4, 'M0 7V0H2Q3.9 0 3.9 1.8Q3.9 3.6 2 3.6H0M2 3.6L4.1 7'],
  S: [3.9, 'M3.7 1.3Q3.2 0 1.9 0Q.2 0 .2 1.7Q.2 3 2 3.4Q3.9 3.8 3.9 5.2Q3.9 7 2 7Q.5 7 0 5.6'],
  T: [4.4, 'M0 0H4.4M2.2 0V7'],
  U: [4.4, 'M0 0V4.4Q0 7 2.2 7Q4.4 7 4.4 4.4V0'],
  V: [4.8, 'M0 0L2.4 7L4.8 0'],
  W: [6.6, 'M0 0L1.6 7L3.3 .6L5 7L6.6 0'],
  X: [4.4, 'M0 0L4.4 7M4.4 0L0 7'],
  Y: [4.6, 'M0 0L2.3 3.6L4.6 0M2.3 3.6V7'],
  Z: [4.2, 'M.1 0H4.2L0 7H4.2'],
  a: [3.4, 'M3.4 2.2V7M3.4 4.5Q3.4 2.1 1.8 2.1Q0 2.1 0 4.5Q0 7 1.8 7Q3.4 7 3.4 4.6'],
  b: [3.4, 'M0 0V7M0 4.6Q0 7 1.6 7Q3.4 7 3.4 4.5Q3.4 2.1 1.6 2.1Q0 2.1 0 4.5'],
  c: [3.2, 'M3.2 3Q2.7 2.1 1.7 2.1Q0 2.1 0 4.5Q0 7 1.7 7Q2.7 7 3.2 6.1'],
  d: [3.4, 'M3.4 0V7M3.4 4.6Q3.4 7 1.8 7Q0 7 0 4.5Q0 2.1 1.8 2.1Q3.4 2.1 3.4 4.5'],
  e: [3.4, 'M0 4.4H3.4Q3.4 2.1 1.7 2.1Q0 2.1 0 4.5Q0 7 1.8 7Q2.7 7 3.2 6.2'],
  f: [2.2, 'M2.3 .1Q.8 -.3 .8 1.6V7M0 2.4H2.1'],
  g: [3.4, 'M3.4 2.2V7Q3.4 9 1.7 9Q.7 9 .2 8.3M3.4 4.4Q3.4 2.1 1.8 2.1Q0 2.1 0 4.4Q0 6.8 1.8 6.8Q3.4 6.8 3.4 4.5'],
  h: [3.2, 'M0 0V7M0 4.2Q.1 2.1 1.7 2.1Q3.2 2.1 3.2 4V7'],
  i: [0, 'M0 2.2V7M0 .3V.4'],
  j: [0.6, 'M.6 2.2V7.6Q.6 9 -.5 8.9M.6 .3V.4'],
  k: [3.1, 'M0 0V7M2.9 2.2L0 5.2M1.1 4.1L3.2 7'],
  l: [0, 'M0 0V7'],
  m: [5.4, 'M0 2.2V7M0 4Q.1 2.1 1.4 2.1Q2.7 2.1 2.7 4V7M2.7 4Q2.8 2.1 4.1 2.1Q5.4 2.1 5.4 4V7'],
  n: [3.2, 'M0 2.2V7M0 4.2Q.1 2.1 1.7 2.1Q3.2 2.1 3.2 4V7'],
  o: [3.6, 'M1.8 2.1Q0 2.1 0 4.5Q0 7 1.8 7Q3.6 7 3.6 4.5Q3.6 2.1 1.8 2.1'],
  p: [3.4, 'M0 2.2V9M0 4.6Q0 7 1.6 7Q3.4 7 3.4 4.5Q3.4 2.1 1.6 2.1Q0 2.1 0 4.5'],
  q: [3.4, 'M3.4 2.2V9M3.4 4.6Q3.4 7 1.8 7Q0 7 0 4.5Q0 2.1 1.8 2.1Q3.4 2.1 3.4 4.5'],
  r: [2, 'M0 2.2V7M0 4.4Q.2 2.1 2 2.2'],
  s: [3, 'M2.9 2.9Q2.4 2.1 1.5 2.1Q.1 2.1 .1 3.3Q.1 4.2 1.5 4.5Q3 4.8 3 5.7Q3 7 1.5 7Q.5 7 0 6.1'],
  t: [2.2, 'M.9 .7V5.5Q.9 7.1 2.2 6.9M0 2.3H2.1'],
  u: [3.2, 'M0 2.2V5.1Q0 7 1.5 7Q3.1 7 3.2 5M3.2 2.2V7'],
  v: [3.4, 'M0 2.2L1.7 7L3.4 2.2'],
  w: [5.2, 'M0 2.2L1.3 7L2.6 2.6L3.9 7L5.2 2.2'],
  x: [3.2, 'M0 2.2L3.2 7M3.2 2.2L0 7'],
  y: [3.4, 'M0 2.2L1.8 7M3.4 2.2L1.5 8Q1.1 9.1 .1 8.9'],
  z: [3.1, 'M.1 2.2H3L0 7H3.1'],
  ' ': [1, ''],
  '.': [0, 'M0 6.9V7'],
  ',': [0.4, 'M.4 6.8L0 8.2'],
  ':': [0, 'M0 3V3.1M0 6.9V7'],
  ';': [0.4, 'M.3 3V3.1M.4 6.8L0 8.2'],
  '-': [2.4, 'M0 4.3H2.4'],
  '–': [3.6, 'M0 4.3H3.6'],
  '−': [3.2, 'M0 4H3.2'],
  _: [4, 'M0 8H4'],
  '+': [3.4, 'M0 4.2H3.4M1.7 2.5V5.9'],
  '=': [3.4, 'M0 3.3H3.4M0 5.1H3.4'],
  '*': [2.6, 'M1.3 .6V3.4M.1 1.3L2.5 2.7M2.5 1.3L.1 2.7'],
  '/': [2.8, 'M2.8 -.4L0 7.8'],
  '\\': [2.8, 'M0 -.4L2.8 7.8'],
  '|': [0, 'M0 -.8V8.4'],
  '(': [1.3, 'M1.3 -.8Q0 1.4 0 3.8Q0 6.2 1.3 8.4'],
  ')': [1.3, 'M0 -.8Q1.3 1.4 1.3 3.8Q1.3 6.2 0 8.4'],
  '[': [1.3, 'M1.3 -.8H0V8.4H1.3'],
  ']': [1.3, 'M0 -.8H1.3V8.4H0'],
  '{': [1.8, 'M1.8 -.8Q.8 -.8 .8 .6V2.6Q.8 3.8 0 3.8Q.8 3.8 .8 5V7Q.8 8.4 1.8 8.4'],
  '}': [1.8, 'M0 -.8Q1 -.8 1 .6V2.6Q1 3.8 1.8 3.8Q1 3.8 1 5V7Q1 8.4 0 8.4'],
  '<': [3.2, 'M3.2 2.2L0 4.2L3.2 6.2'],
  '>': [3.2, 'M0 2.2L3.2 4.2L0 6.2'],
  '!': [0, 'M0 0V4.8M0 6.9V7'],
  '?': [3.2, 'M0 1.6Q.2 0 1.7 0Q3.2 0 3.2 1.6Q3.2 2.6 2.2 3.3Q1.6 3.8 1.6 4.9M1.6 6.9V7'],
  "'": [0, 'M0 0V1.7'],
  '’': [0.4, 'M.4 0L0 1.7'],
  '"': [1.4, 'M0 0V1.7M1.4 0V1.7'],
  '`': [0.8, 'M0 0L.8 1.2'],
  '#': [4.2, 'M1.4 0L.8 7M3.4 0L2.8 7M.2 2.3H4.2M0 4.7H4'],
  $: [3.9, 'M3.7 1.5Q3.2 .4 1.9 .4Q.2 .4 .2 1.9Q.2 3.1 2 3.4Q3.9 3.8 3.9 5.1Q3.9 6.6 2 6.6Q.5 6.6 0 5.4M1.95 -.6V7.6'],
  '%': [
    5.2,
    'M4.5 0L.7 7M1.1 .2Q0 .2 0 1.6Q0 3 1.1 3Q2.2 3 2.2 1.6Q2.2 .2 1.1 .2M4.1 4Q3 4 3 5.4Q3 6.8 4.1 6.8Q5.2 6.8 5.2 5.4Q5.2 4 4.1 4',
  ],
  '&': [4.8, 'M4.8 7L1.2 2.4Q.5 0 2 0Q3.5 .1 3.2 1.6Q2.8 2.8 1.2 3.5Q-.2 4.4 .1 5.6Q.6 7 2 7Q4 7 4.6 4.2'],
  '@': [
    6,
    'M4.2 2.6V4.4Q4.3 5.4 5.1 5.4Q6 5.2 6 3.6Q6 0 3 0Q0 0 0 3.6Q0 7.4 3.2 7.4Q4.2 7.4 5 6.9M4.2 3.8Q4.2 2.4 3 2.4Q1.8 2.5 1.8 4Q1.8 5.4 2.9 5.4Q4.1 5.3 4.2 4.2',
  ],
  '^': [2.8, 'M0 2L1.4 0L2.8 2'],
  '~': [3.6, 'M0 4.7Q.3 3.5 1.1 3.6Q1.6 3.7 2 4.2Q2.6 4.8 3 4.7Q3.5 4.6 3.6 3.7'],
  '·': [0, 'M0 4V4.1'],
  '…': [3.2, 'M0 6.9V7M1.6 6.9V7M3.2 6.9V7'],
  '×': [2.8, 'M0 2.8L2.8 5.6M2.8 2.8L0 5.6'],
}
const UNKNOWN: readonly [number, string] = [3.6, 'M0 0H3.6V7H0Z']
const SPACING = 1.75
/** Of a font whose capitals are 7 units high, in those units. */
const FONT_SIZE = 9.7

interface StrokeText {
  /** SVG path data, with the beginning of the baseline at the origin; to be stroked with `strokeWidth`, round ends and joins. */
  path: string
  width: number
}

/** Whether the letters suffice for a text. */
export const hasLetters = (text: string): boolean => Array.from(text).every((letter) => Object.hasOwn(LETTERS, letter))

/** A text as strokes; a letter that is not there becomes a box. */
export function strokeText(text: string, fontSize: number): StrokeText {
  const scale = fontSize / FONT_SIZE
  let x = 0
  const strokes: string[] = []
  for (const letter of text) {
    const [width, path] = (Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined) ?? UNKNOWN
    strokes.push(moved(path, x, scale))
    x += width + SPACING
  }
  return { path: strokes.join(''), width: Math.max(0, x - SPACING) * scale }
}

/** Path data of M, L, H, V, Q and Z, shifted by `x` units and to the baseline, then scaled. */
function moved(path: string, x: number, scale: number): string {
  const across = (value: number): string => String(round((value + x) * scale))
  const down = (value: number): string => String(round((value - 7) * scale))
  return path.replace(/([MLHVQZ])([^MLHVQZ]*)/g, (_, command: string, numbers: string) => {
    const values = (numbers.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number)
    if (command === 'V') return `V${values.map(down).join(' ')}`
    return command + values.map((value, i) => (i % 2 === 0 ? across(value) : down(value))).join(' ')
  })
}

const round = (value: number): number => Math.round(value * 100) / 100
