import { expect, it } from 'vitest'
import { lineChart } from '../../../../src-main/cli/terminal/lineChart.ts'
import { displayWidth } from '../../../../src-main/cli/terminal/width.ts'

const plain = (text: string): string => text
const frame = { width: 24, height: 8, maxX: 10, yTitle: 'loss', xTitle: 'epoch' }

it('draws a falling line from the top left to the bottom right, between named axes', () => {
  const points = Array.from({ length: 11 }, (_, x) => ({ x, y: 10 - x }))
  expect(lineChart(points, frame, plain, plain).map((line) => line.replaceAll('\u2800', ' '))).toEqual([
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
    const lines = lineChart(points, frame, plain, plain)
    expect(lines).toHaveLength(8)
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(24)
  }
})
