import { expect, test } from 'vitest'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { generate, GREEDY } from '../../src-main/engine/8-infer/generate.ts'
import { openModel } from '../../src-main/engine/8-infer/openModel.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { askPeer, inWholeCharacters, smollm2, type Answer } from './peers.ts'
import rows from './rows.json' with { type: 'json' }
import { expectSameRun, readFinishedRun, trainHere, type AskedRun, type FinishedRun } from './trainerRun.ts'

const TOLERANCE = 1e-3
const ANSWER_LENGTH = 48
/** What is asked of the trained model: the first rows, with and without their input. */
const PROMPTS = rows.slice(0, 4).flatMap(({ instruct, input }) => [instruct + input, instruct])

test('SmolLM2-135M learns 42 rows in ten epochs: the Trainer’s log line by line, and the same model in transformers', async () => {
  const model = await smollm2()
  const run: AskedRun = {
    rows,
    held_out_rows: [],
    settings: { num_train_epochs: 10, per_device_train_batch_size: 8, logging_steps: 1, save_strategy: 'no' },
    prompts: PROMPTS,
    answer_length: ANSWER_LENGTH,
  }
  const [theirs] = await askPeer<FinishedRun[]>('train_reference.py', { model, runs: [run], threads: 2 })
  if (!theirs) throw new Error('the Trainer’s run is missing')
  const folder = await trainHere(model, run, await temporaryFolder())
  const ours = await readFinishedRun(folder)
  expect(ours.trainer_state.log_history.length).toBe(61)
  expectSameRun(ours, theirs, TOLERANCE)

  const inspection = { folder, rows: [], texts: [], prompts: PROMPTS, answer_length: ANSWER_LENGTH }
  const [inTransformers] = await askPeer<{ answers: Answer[] }[]>('inspect_folders.py', { folders: [inspection], threads: 2 })
  const opened = await openModel(folder)
  const tokenizer = await openTokenizer(folder)
  const here: Answer[] = []
  for (const prompt of PROMPTS) {
    const { ids, text } = await generate(opened, tokenizer, tokenizer.encode(prompt), {
      ...GREEDY,
      max_new_tokens: ANSWER_LENGTH,
    })
    here.push({ ids, text })
  }
  await opened.close()
  expect(here).toEqual(inWholeCharacters(inTransformers?.answers))
})
