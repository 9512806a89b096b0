import { createColors } from 'picocolors'
import { expect, it } from 'vitest'
import { progressLine } from '../../../../src-main/cli/terminal/progressLine.ts'
import { displayWidth } from '../../../../src-main/cli/terminal/width.ts'

const plain = createColors(false)

it('fills the bar by the share done', () => {
  expect(progressLine(0.5, ['a'], 11, plain)).toBe('━━━━────  a')
  expect(progressLine(0, ['a'], 11, plain)).toBe('────────  a')
  expect(progressLine(2, ['a'], 11, plain)).toBe('━━━━━━━━  a')
})

it('leaves out the last parts where the line is narrow, and never grows past it', () => {
  const parts = ['步骤 3/40', '损失 1.23', '剩余 12 秒']
  expect(progressLine(0.5, parts, 80, plain)).toContain('剩余 12 秒')
  expect(progressLine(0.5, parts, 34, plain)).toBe('━━━━━━─────  步骤 3/40 · 损失 1.23')
  for (const width of [20, 30, 40, 60]) expect(displayWidth(progressLine(0.3, parts, width, plain))).toBeLessThanOrEqual(width)
})
