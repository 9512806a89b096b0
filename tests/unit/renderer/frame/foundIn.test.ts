import { expect, it } from 'vitest'
import { foundIn } from '../../../../src-renderer/frame/foundIn.ts'

it('finds all words in any order, whatever their case; Chinese as it stands', () => {
  expect(foundIn('Save the picture of the loss (PNG)', 'loss save')).toBe(true)
  expect(foundIn('Save the picture of the loss (PNG)', 'png')).toBe(true)
  expect(foundIn('Save the picture of the loss (PNG)', 'loss svg')).toBe(false)
  expect(foundIn('保存损失图（PNG）', '损失')).toBe(true)
  expect(foundIn('保存损失图（PNG）', '失损')).toBe(false)
})

it('finds everything while nothing is looked for, and lets spaces around the words be', () => {
  expect(foundIn('Train', '')).toBe(true)
  expect(foundIn('Train', '  train ')).toBe(true)
})
