import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from '../../../src-main/contract/areas/projects.ts'
import type { ProjectRow } from '../../../src-main/contract/areas/rows.ts'
import { TuneDeskError } from '../../../src-main/contract/error.ts'
import type { Row } from '../../../src-main/contract/row.ts'
import { IGNORE_INDEX } from '../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { createLearns } from '../../../src-main/services/learns.ts'
import golden from '../../golden/data/qwen2/golden.json' with { type: 'json' }
import maskCases from '../../golden/data/mask_cases.json' with { type: 'json' }
import { inProcessEngine } from '../../support/inProcessEngine.ts'
import { serviceContext, type TestContext } from '../../support/serviceContext.ts'

const PROJECT = '/a/project'
const QWEN = fileURLToPath(new URL('../../golden/data/qwen2', import.meta.url))

/** Rows and a plan as other services keep them, and what was asked of the engine. */
async function openLearns(rows: readonly Row[], model = QWEN, settings: Plan['settings'] = {}) {
  const state = {
    version: 1,
    rows: rows.map((row, id): ProjectRow => ({ instruct: row.instruct, input: row.input, label: row.label, id, heldOut: false })),
    plan: { model, preset: 'tutorial', settings } as Plan,
  }
  const asked: { name: string; rows: number }[] = []
  let failures = 0
  const engine = inProcessEngine()
  const context: TestContext = await serviceContext({
    tokens: {
      ...engine,
      run: (name, argument, hooks) => {
        const { rows: given } = { rows: [], ...(argument as { rows?: unknown[] } | undefined) }
        asked.push({ name, rows: given.length })
        if (failures-- > 0) return Promise.reject(new TuneDeskError('engine/ended', { reason: 'killed' }))
        return engine.run(name, argument, hooks)
      },
    },
  })
  const closings: ((folder: string) => Promise<void>)[] = []
  const learns = createLearns(
    context,
    {
      require: () => ({ folder: PROJECT, name: 'A', plan: state.plan }),
      onClose: (closing) => void closings.push(closing),
    },
    { snapshot: async () => ({ version: state.version, rows: state.rows }) },
  )
  return {
    ...learns.handlers,
    settled: () => learns.settled(PROJECT),
    state,
    context,
    /** The engine's process ends in the midst of the next job. */
    failOnce: () => void (failures = 1),
    asked: () => asked.length,
    /** Rows that were tokenised for the overview since the last question. */
    tokenised: () => asked.splice(0).reduce((sum, { name, rows: count }) => sum + (name === 'measureRows' ? count : 0), 0),
    change(rows: ProjectRow[]) {
      state.rows = rows
      state.version++
    },
    plan(settings: Plan['settings']) {
      state.plan = { ...state.plan, settings: { ...state.plan.settings, ...settings } }
    },
  }
}

describe('a row', () => {
  it.each(maskCases.cases)(
    'is shown with the labels of transformers: $what',
    async ({ row, model_max_length, input_ids, labels }) => {
      const learns = await openLearns([row])
      learns.plan({ max_length: model_max_length })
      const shown = await learns['learns.row']({ project: PROJECT, id: 0, start: 0 })
      if (shown?.fault) {
        expect(row.label.trim()).toBe('')
        return
      }
      const kept = shown?.tokens.filter(({ reason }) => reason !== 'cut-off') ?? []
      expect(kept.map(({ id }) => id)).toEqual(input_ids)
      expect(kept.map(({ id, reason }) => (reason === 'given' ? IGNORE_INDEX : id))).toEqual(labels)
    },
  )

  it('says of each token what it is part of, and shows a character of several tokens once and whole', async () => {
    const learns = await openLearns(golden.rows)
    const shown = await learns['learns.row']({ project: PROJECT, id: 2, start: 0 })
    expect(shown?.tokens.map(({ text }) => text).join('')).toBe(shown?.text)
    expect(shown?.warnings).toEqual([{ kind: 'boundary-merge', characters: '海何', position: 5 }])
    expect(shown?.tokens[5]).toMatchObject({ why: 'across', reason: 'given', partOf: '海何' })
    const whys = shown?.tokens.map(({ why }) => why)
    expect(whys?.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'question'))
    expect(whys?.at(-1)).toBe('end-mark')
    expect(whys?.at(-2)).toBe('answer')
    expect(shown?.tokens.some(({ text, partOf }) => text === '' && partOf !== null)).toBe(true)
  })

  it('of a chat template tells its own words from what the template wrote', async () => {
    const learns = await openLearns([{ instruct: '请对出下联：', input: '愁看杨花飞，', label: '置酒正相宜。' }], 'starter')
    learns.plan({ template: 'chat' })
    const shown = await learns['learns.row']({ project: PROJECT, id: 0, start: 0 })
    const words = (why: string): string =>
      shown?.tokens.flatMap((token) => (token.why === why ? [token.text] : [])).join('') ?? ''
    expect(words('question')).toBe('请对出下联：愁看杨花飞，')
    expect(words('answer')).toBe('置酒正相宜。')
    expect(words('template')).toContain('user')
    expect(shown?.text.slice(shown.answerStart)).toMatch(/^置酒正相宜。/)
  })

  it('that nobody has is null, and one without an answer says why it is left out', async () => {
    const learns = await openLearns([{ instruct: 'a', input: '', label: '  ' }])
    expect(await learns['learns.row']({ project: PROJECT, id: 7, start: 0 })).toBeNull()
    const shown = await learns['learns.row']({ project: PROJECT, id: 0, start: 0 })
    expect(shown).toMatchObject({ use: 'left-out', fault: { kind: 'empty-field', field: 'label' }, tokens: [] })
  })

  it('of very many tokens comes in pieces that fit together', async () => {
    const learns = await openLearns([{ instruct: '哪吒'.repeat(3000), input: '', label: '红' }])
    const first = await learns['learns.row']({ project: PROJECT, id: 0, start: 0 })
    const second = await learns['learns.row']({ project: PROJECT, id: 0, start: 2000 })
    expect(first?.tokens).toHaveLength(2000)
    expect(first?.tokenCount).toBeGreaterThan(2000)
    expect(second?.start).toBe(2000)
    expect(second?.tokens.length).toBe(Math.min(2000, (first?.tokenCount ?? 0) - 2000))
  })
})

describe('the overview', () => {
  let learns: Awaited<ReturnType<typeof openLearns>>
  beforeEach(async () => {
    learns = await openLearns(golden.rows)
  })
  const overview = () => learns['learns.overview']({ project: PROJECT, resume: false })

  it('sums up what the rows say', async () => {
    const { phase, taught, read, lengths, marks, rows, blockers, done, total } = await overview()
    expect({ phase, taught, read, blockers, done, total }).toEqual({
      phase: 'known',
      taught: golden.trained_tokens,
      read: golden.batch_rows.reduce((sum, { input_ids }) => sum + input_ids.length, 0),
      blockers: [],
      done: 3,
      total: 3,
    })
    expect(lengths.flatMap(([length, count]) => Array<number>(count).fill(length))).toEqual(
      golden.batch_rows.map(({ input_ids }) => input_ids.length).sort((a, b) => a - b),
    )
    expect(marks).toEqual([{ mark: 'boundary-merge', count: 1, ids: [2] }])
    expect(rows).toEqual({ 'learned-from': 3, 'held-out': 0, 'left-out': 0 })
  })

  it('tokenises only rows whose text has changed, and none for another limit or mask', async () => {
    await overview()
    expect(learns.tokenised()).toBe(3)
    learns.plan({ max_length: 8 })
    expect((await overview()).marks.map(({ mark }) => mark)).toContain('answer-cut')
    learns.plan({ loss_on: 'everything' })
    await overview()
    expect(learns.tokenised()).toBe(0)
    const [first, second, third] = learns.state.rows as [ProjectRow, ProjectRow, ProjectRow]
    learns.change([third, { ...first, label: '别的。' }, second])
    await overview()
    expect(learns.tokenised()).toBe(1)
  })

  it('leaves out rows as the trainer does, and counts those that are held out apart', async () => {
    const [first, second, third] = learns.state.rows as [ProjectRow, ProjectRow, ProjectRow]
    learns.change([{ ...first, label: '' }, { ...second, heldOut: true }, third])
    const { rows, marks, taught } = await overview()
    expect(rows).toEqual({ 'learned-from': 1, 'held-out': 1, 'left-out': 1 })
    expect(marks).toContainEqual({ mark: 'left-out', count: 1, ids: [0] })
    expect(taught).toBe(golden.batch_rows[2]?.labels.filter((label) => label !== IGNORE_INDEX).length)
  })

  it('says what would keep a training from starting', async () => {
    learns.plan({ max_length: 2 })
    expect((await overview()).blockers.map(({ code }) => code)).toEqual(['train/step-with-nothing-to-learn'])
    learns.plan({ max_length: 512, load_best_model_at_end: true })
    expect((await overview()).blockers.map(({ code }) => code)).toEqual(['settings/best-needs-evaluation'])
    learns.change(learns.state.rows.map((row) => ({ ...row, heldOut: true })))
    expect((await overview()).blockers.map(({ code }) => code)).toEqual(['dataset/all-held-out'])
    learns.change(learns.state.rows.map((row) => ({ ...row, label: ' ' })))
    expect((await overview()).blockers.map(({ code }) => code)).toEqual(['dataset/no-good-rows'])
    learns.change([])
    expect(await overview()).toMatchObject({ phase: 'empty', blockers: [{ code: 'dataset/empty' }] })
  })

  it('says that the model has no chat template where one is asked for, and is whole again without', async () => {
    learns.plan({ template: 'chat' })
    expect(await overview()).toMatchObject({
      phase: 'failed',
      problem: { code: 'tokenizer/no-chat-template' },
      hasChatTemplate: false,
    })
    learns.plan({ template: 'plain' })
    expect(await overview()).toMatchObject({ phase: 'known', problem: null, hasChatTemplate: false })
  })

  it('of an engine that ended says so, and is found out anew only where that is asked for', async () => {
    learns.failOnce()
    expect(await overview()).toMatchObject({ phase: 'failed', problem: { code: 'engine/ended' } })
    const asked = learns.asked()
    await learns['learns.rows']({ project: PROJECT, mark: null, start: 0, end: 9 })
    expect(learns.asked()).toBe(asked)
    expect(await overview()).toMatchObject({ phase: 'known', problem: null, taught: golden.trained_tokens })
  })

  it('tells how far it is with many rows, and ends with what is known at once', async () => {
    const many = Array.from({ length: 3000 }, (_, id): ProjectRow => ({
      instruct: `${id}`,
      input: '哪吒',
      label: '红绫',
      id,
      heldOut: false,
    }))
    learns.change(many)
    const { overview: last } = await learns.settled()
    expect(last).toMatchObject({ phase: 'known', done: 3000, total: 3000 })
    const told = learns.context.toldOf('learns.changed')
    expect(told.at(-1)).toEqual(last)
    const seqs = told.map(({ seq }) => seq)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  })

  it('of rows that change while it is made is that of the newest', async () => {
    const many = Array.from({ length: 3000 }, (_, id): ProjectRow => ({
      instruct: `${id}`,
      input: '哪吒',
      label: '红绫',
      id,
      heldOut: false,
    }))
    learns.change(many)
    const settled = learns.settled()
    await Promise.resolve()
    learns.change(many.slice(0, 10))
    await overview()
    expect((await settled).overview).toMatchObject({ version: learns.state.version, done: 10, total: 10 })
  })
})

describe('a reading that takes long', () => {
  it('is stopped within a chunk, keeps what it knows, and goes on from there', async () => {
    const learns = await openLearns([])
    const rows = Array.from({ length: 3000 }, (_, id): ProjectRow => ({
      instruct: `${id}`,
      input: '哪吒',
      label: '红绫',
      id,
      heldOut: false,
    }))
    learns.change(rows)
    const estimate = learns.settled()
    while (learns.tokenised() === 0) await new Promise((done) => setImmediate(done))
    await learns['learns.stop']({ project: PROJECT })

    await expect(estimate).rejects.toMatchObject({ code: 'learns/stopped' })
    const stopped = await learns['learns.overview']({ project: PROJECT, resume: false })
    expect(stopped).toMatchObject({ phase: 'stopped', total: 3000 })
    expect(stopped.done).toBeLessThan(3000)
    learns.tokenised()

    await learns['learns.overview']({ project: PROJECT, resume: true })
    expect((await learns.settled()).overview).toMatchObject({ phase: 'known', done: 3000 })
    expect(learns.tokenised()).toBe(3000 - stopped.done)
  })
})

describe('the list of rows', () => {
  it('gives pages, all or by what is to be looked at, and where a row stands in them', async () => {
    const learns = await openLearns(golden.rows)
    await learns['learns.overview']({ project: PROJECT, resume: false })
    const all = await learns['learns.rows']({ project: PROJECT, mark: null, start: 1, end: 9 })
    expect(all.count).toBe(3)
    expect(all.rows.map(({ id, position, marks }) => ({ id, position, marks }))).toEqual([
      { id: 1, position: 1, marks: [] },
      { id: 2, position: 2, marks: ['boundary-merge'] },
    ])
    const merged = await learns['learns.rows']({ project: PROJECT, mark: 'boundary-merge', start: 0, end: 9 })
    expect(merged.rows.map(({ id }) => id)).toEqual([2])
    expect(await learns['learns.locate']({ project: PROJECT, mark: 'boundary-merge', id: 2 })).toEqual({ at: 0 })
    expect(await learns['learns.locate']({ project: PROJECT, mark: 'boundary-merge', id: 1 })).toEqual({ at: null })
  })
})

describe('a batch', () => {
  it('has the rows of the Trainer’s first epoch in its order, padded', async () => {
    const learns = await openLearns(golden.rows)
    const first = await learns['learns.batch']({ project: PROJECT, index: 0 })
    const second = await learns['learns.batch']({ project: PROJECT, index: 1 })
    expect(first).toMatchObject({ index: 0, count: 2, step: 1, padId: golden.pad_id })
    expect([...first.rows, ...second.rows].map(({ id }) => id).sort()).toEqual([0, 1, 2])
    for (const batch of [first, second]) {
      batch.rows.forEach(({ id }, line) => {
        const { input_ids, labels } = golden.batch_rows[id] ?? { input_ids: [], labels: [] }
        const padding = (batch.input_ids[line]?.length ?? 0) - input_ids.length
        expect(batch.input_ids[line]).toEqual([...input_ids, ...Array<number>(padding).fill(golden.pad_id)])
        expect(batch.labels[line]).toEqual([...labels, ...Array<number>(padding).fill(IGNORE_INDEX)])
        expect(batch.attention_mask[line]).toEqual([...input_ids.map(() => 1), ...Array<number>(padding).fill(0)])
        expect(batch.states[line]?.filter((state) => state === 'padding')).toHaveLength(padding)
      })
    }
    expect(await learns['learns.batch']({ project: PROJECT, index: 99 })).toEqual(second)
  })

  it('has no padding where rows are packed', async () => {
    const learns = await openLearns(golden.rows, QWEN, { packing: true })
    const batch = await learns['learns.batch']({ project: PROJECT, index: 0 })
    expect(batch).toMatchObject({ packed: true, count: 1 })
    expect(batch.rows.map(({ id }) => id).sort()).toEqual([0, 1, 2])
    expect(batch.input_ids).toEqual(batch.rows.map(({ id }) => golden.batch_rows[id]?.input_ids))
    expect(batch.labels).toEqual(batch.rows.map(({ id }) => golden.batch_rows[id]?.labels))
    expect(batch.states.flat()).not.toContain('padding')
  })

  it('is refused as the training would be where there is none', async () => {
    const learns = await openLearns([])
    await expect(learns['learns.batch']({ project: PROJECT, index: 0 })).rejects.toMatchObject({ code: 'batches/none' })
  })
})

describe('the preview of a limit', () => {
  it('shows the very words that would be lost, and changes nothing', async () => {
    const learns = await openLearns(golden.rows)
    const lengths = golden.batch_rows.map(({ input_ids }) => input_ids.length)
    const limit = Math.max(...lengths) - 3
    const preview = await learns['learns.cutWords']({ project: PROJECT, maxLength: limit })
    expect(preview.rows).toBe(lengths.filter((length) => length > limit).length)
    expect(preview.tokens).toBe(lengths.reduce((sum, length) => sum + Math.max(0, length - limit), 0))
    for (const { id, kept, cut, tokens } of preview.words) {
      expect(tokens).toBe((lengths[id] ?? 0) - limit)
      expect(cut).toMatch(/<\|endoftext\|>$/)
      const row = golden.rows[id]
      expect(`${row?.instruct}${row?.input}${row?.label}<|endoftext|>`.endsWith(kept + cut)).toBe(true)
    }
    expect((await learns['learns.overview']({ project: PROJECT, resume: false })).settings.max_length).toBe(512)
  })
})
