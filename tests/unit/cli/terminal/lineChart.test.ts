import { expect, it } from 'vitest'
import { lineChart } from '../../../../src-main/cli/terminal/lineChart.ts'
import { displayWidth } from '../../../../src-main/cli/terminal/width.ts'

const plain = (text: string): string => text
const frame = { width: 24, height: 8, maxX: 10, yTitle: 'loss', xTitle: 'epoch' }

it('draws a falling line from the top left to the bottom right, between named axes', () => {
  const points = Array.from({ length: 11 }, (_, x) => ({ x, y: 10 - x }))
  expect(lineChart([{ points, colour: plain }], frame, plain).map((line) => line.replaceAll('\u2800', ' '))).toEqual([
    '    loss',
    '10 ┤⠑⠢⢄⡀                ',
    '   │   ⠈⠑⠢⢄⡀            ',
    ' 5 ┤       ⠈⠑⠢⠤⣀        ',
    '   │            ⠉⠒⠤⣀    ',
    ' 0 ┤                ⠉⠒⠤⣀',
    '   └────────────────────',
    '    0           10 epoch',
  ])
})

it('keeps its frame and width with no point, one point and a loss that is not a number', () => {
  for (const points of [
    [],
    [{ x: 1, y: 3 }],
    [
      { x: 1, y: 3 },
      { x: 2, y: NaN },
      { x: 3, y: 2 },
    ],
  ]) {
    const lines = lineChart([{ points, colour: plain }], frame, plain)
    expect(lines).toHaveLength(8)
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(24)
  }
})

it('shows the mean where there are more points than dots', () => {
  const points = Array.from({ length: 10_000 }, (_, i) => ({ x: i / 1000, y: i % 2 === 0 ? 4 : 6 }))
  const lines = lineChart([{ points, colour: plain }], frame, plain)
  const withDots = lines.slice(1, 6).filter((line) => /[\u2801-\u28ff]/.test(line))
  expect(withDots).toHaveLength(1)
})

it('colours each series', () => {
  const lines = lineChart(
    [
      {
        points: [
          { x: 0, y: 10 },
          { x: 10, y: 10 },
        ],
        colour: (text) => `<${text}>`,
      },
      {
        points: [
          { x: 0, y: 0 },
          { x: 10, y: 0 },
        ],
        colour: (text) => `(${text})`,
      },
    ],
    frame,
    plain,
  )
  expect(lines[1]).toMatch(/^10 ┤(<.>){20}$/)
  expect(lines[5]).toMatch(/^ 0 ┤(\(.\)){20}$/)
})
