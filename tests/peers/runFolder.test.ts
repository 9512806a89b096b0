import { beforeAll, describe, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { generate, GREEDY } from '../../src-main/engine/8-infer/generate.ts'
import { openModel } from '../../src-main/engine/8-infer/openModel.ts'
import { FAMILIES, goldenFolder, type GoldenFamily } from '../golden/golden.ts'
import { askPeer, inWholeCharacters, type Answer } from './peers.ts'
import rows from './rows.json' with { type: 'json' }
import { readFinishedRun, trainHere } from './trainerRun.ts'

const TOLERANCE = 1e-4
const ANSWER_LENGTH = 24
const ROWS = rows.slice(24, 32)
const TEXTS = [
  ...ROWS.map(({ instruct, input, label }) => instruct + input + label),
  '',
  ' ',
  'a\u0000b',
  '٣٤½Ⅷ 👩‍👧 e\u0301',
  '[PAD]x<|endoftext|>',
]
const PROMPTS = ROWS.slice(0, 3).map(({ instruct, input }) => instruct + input)
const IDS = [
  [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [300, 2, 300, 2, 511, 0, 1, 44],
]

interface Inspection {
  logits: number[][]
  ids: number[][]
  decoded: string[]
  special_tokens: { eos: number; pad: number }
  answers: Answer[]
  state: Record<string, unknown>
}

describe('a run’s folder, opened by AutoModelForCausalLM and AutoTokenizer as it is,', () => {
  const found = new Map<GoldenFamily, { folder: string; inspection: Inspection }>()

  beforeAll(async () => {
    const parent = await mkdtemp(join(tmpdir(), 'tunedesk-'))
    const folders: { folder: string; rows: number[][]; texts: string[]; prompts: string[]; answer_length: number }[] = []
    for (const family of FAMILIES) {
      const settings = { num_train_epochs: 2, learning_rate: 2e-3, max_length: 64, eval_strategy: 'epoch' }
      const run = { rows: ROWS, held_out_rows: rows.slice(32, 34), settings, prompts: [], answer_length: 0 }
      const folder = await trainHere(goldenFolder(family), run, await mkdtemp(join(parent, family)))
      folders.push({ folder, rows: IDS, texts: TEXTS, prompts: PROMPTS, answer_length: ANSWER_LENGTH })
    }
    const inspections = await askPeer<Inspection[]>('inspect_folders.py', { folders })
    inspections.forEach((inspection, index) => {
      const [family, folder] = [FAMILIES[index], folders[index]?.folder]
      if (family && folder) found.set(family, { folder, inspection })
    })
    return () => rm(parent, { recursive: true, force: true })
  })
  const of = (family: GoldenFamily) => {
    const each = found.get(family)
    if (!each) throw new Error(`${family} was not inspected`)
    return each
  }

  test.each(FAMILIES)('%s: gives our logits and our greedy text', async (family) => {
    const { folder, inspection } = of(family)
    const model = await openModel(folder)
    const tokenizer = await openTokenizer(folder)
    for (const [index, ids] of IDS.entries()) {
      const logits = await model.decoder.begin([]).read(ids, ids.length)
      const expected = inspection.logits[index] ?? []
      expect(logits).toHaveLength(expected.length)
      const worst = expected.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (logits[at] ?? NaN))), 0)
      expect(worst).toBeLessThan(TOLERANCE)
    }
    const settings = { ...GREEDY, max_new_tokens: ANSWER_LENGTH }
    const answers: Answer[] = []
    for (const prompt of PROMPTS) {
      const { ids, text } = await generate(model, tokenizer, tokenizer.encode(prompt), settings)
      answers.push({ ids, text })
    }
    expect(answers).toEqual(inWholeCharacters(inspection.answers))
    await model.close()
  })

  test.each(FAMILIES)('%s: gives our ids for awkward strings, and our end mark and pad token', async (family) => {
    const { folder, inspection } = of(family)
    const tokenizer = await openTokenizer(folder)
    const ids = TEXTS.map((text) => tokenizer.encode(text))
    expect(ids).toEqual(inspection.ids)
    expect(ids.map((each) => tokenizer.decode(each))).toEqual(inspection.decoded)
    expect({ eos: tokenizer.eosId, pad: tokenizer.padId }).toEqual(inspection.special_tokens)
  })

  test.each(FAMILIES)('%s: trainer_state.json is a TrainerState, field by field', async (family) => {
    const { folder, inspection } = of(family)
    const { trainer_state } = await readFinishedRun(folder)
    expect(trainer_state.log_history.length).toBeGreaterThan(2)
    expect(inspection.state).toMatchObject(trainer_state)
  })
})
