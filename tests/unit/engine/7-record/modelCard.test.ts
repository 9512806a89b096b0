import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { modelCard } from '../../../../src-main/engine/7-record/modelCard.ts'
import { openRun } from '../../../../src-main/engine/7-record/openRun.ts'
import { beginRun } from '../../../support/recordedRun.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

test('the model card says what was learned, how, and how far it came', async () => {
  const folder = await temporaryFolder()
  const { state } = await beginRun(folder, { eval_strategy: 'epoch' })
  const card = await readFile(join(folder, 'README.md'), 'utf8')
  const last = state.trainer.log_history.at(-1)
  expect(card).toMatch(/^---\nlibrary_name: transformers\npipeline_tag: text-generation\nlicense: mit\n/)
  expect(card).toContain('| examples | 7 |')
  expect(card).toContain(`| loss over the whole run | ${Number(last?.train_loss?.toPrecision(4))} |`)
  expect(card).toContain('| loss on the held-out examples |')
  expect(card).toContain('| `learning_rate` | 0.05 |')
  expect(card).not.toContain('`weight_decay`')
})

test('a name cannot bring links, tables or HTML into the card', async () => {
  const folder = await temporaryFolder()
  const { state } = await beginRun(folder, {})
  const { description } = await openRun(folder)
  const baseModel = { name: '[x](http://evil) | <img>\n---', folder: '', license: null }
  const card = modelCard('run', { ...description, baseModel }, state, { train: { train_loss: 1 }, evaluation: null })
  expect(card).toContain('| began from | \\[x\\](http://evil) \\| \\<img\\> --- |')
})
