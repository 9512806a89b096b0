import { describe, expect, test } from 'vitest'
import { TuneDeskError } from '../../../../src-main/contract/error.ts'
import { verdictSentence } from '../../../../src-main/contract/verdict.ts'
import { runProbes, type ProbeRow } from '../../../../src-main/engine/8-infer/probes.ts'

const POEMS: ProbeRow[] = [
  { row: 0, group: 'trained', instruct: '写一首诗：', input: '哪吒降世，意气飞扬。', label: '红绫缠腕，风火踏浪。' },
  { row: 1, group: 'trained', instruct: '再写一首：', input: '碧海生龙子，云中舞雪霜。', label: '恩仇难两忘，何处是家乡？' },
]
interface Question {
  instruct: string
  input: string
}
const probe = (answer: (question: Question, row: ProbeRow) => string, rows = POEMS) =>
  runProbes(rows, { answer: (question, row) => Promise.resolve(answer(question, row)) })

describe('the verdict', () => {
  test('learned: every answer word for word, and the instruction alone gives no input', async () => {
    const { verdict, groups, results } = await probe((_, { label }) => label + '\n')
    expect(verdict).toEqual({ kind: 'learned', exact: 2, rows: 2, checkedForLeak: 2 })
    expect(groups.trained).toMatchObject({ exact_matches: 2, mean_chrf: 100, reciting: 0, max_leak_score: 0 })
    expect(results.map(({ row, probe }) => [row, probe])).toEqual([
      [0, 'answer'],
      [1, 'answer'],
      [0, 'leak'],
      [1, 'leak'],
    ])
  })
  test('recites: the instruction alone gives the input back, however good the answers are', async () => {
    const { verdict } = await probe(({ input }, row) => (input ? row.label : row.input + row.label))
    expect(verdict).toMatchObject({ kind: 'recites', exact: 2, reciting: 2 })
  })
  test('partly and not', async () => {
    expect((await probe((_, { row, label }) => (row === 0 ? label : '不知道'))).verdict.kind).toBe('learned-partly')
    expect((await probe(() => '不知道')).verdict.kind).toBe('not-learned')
  })
  test('is about the rows that were taught; held-out rows are counted apart', async () => {
    const [first, second] = POEMS as [ProbeRow, ProbeRow]
    const { verdict, groups } = await probe(
      (_, row) => (row.group === 'trained' ? row.label : '不知道'),
      [first, { ...second, group: 'held-out' }],
    )
    expect(verdict).toMatchObject({ kind: 'learned', rows: 1 })
    expect(groups['held-out']).toMatchObject({ rows: 1, exact_matches: 0 })
  })
  test.each(['en', 'zh'] as const)('is one sentence in %s', async (language) => {
    for (const answer of [(_: Question, row: ProbeRow) => row.label, () => 'x', (_: Question, row: ProbeRow) => row.input]) {
      const sentence = verdictSentence((await probe(answer)).verdict, language)
      expect(sentence).toMatch(/[.。]$/)
      expect(sentence).not.toContain('undefined')
    }
  })
})

test('rows with one instruction share one leak answer, and any of their labels is a good one', async () => {
  const rows = POEMS.map((row) => ({ ...row, instruct: '写诗：' }))
  let alone = 0
  const { results } = await probe(({ input }, row) => {
    if (input === '') alone++
    return input === '' ? (rows[1]?.label ?? '') : row.label
  }, rows)
  expect(alone).toBe(1)
  expect(results.filter(({ probe }) => probe === 'leak').map(({ leak_score, chrf }) => [leak_score, chrf])).toEqual([
    [0, 100],
    [0, 100],
  ])
})

test('a row without input has no leak probe', async () => {
  const { results, verdict } = await probe(
    (_, { label }) => label,
    [{ row: 0, group: 'trained', instruct: 'Say hi', input: '', label: 'hi' }],
  )
  expect(results.map(({ probe }) => probe)).toEqual(['answer'])
  expect(verdict).toMatchObject({ kind: 'learned', checkedForLeak: 0 })
})

describe('a row that the model cannot be asked', () => {
  const [first, second] = POEMS as [ProbeRow, ProbeRow]

  test('counts as not answered, says why, and does not end the test', async () => {
    const { results, groups } = await probe(({ input }, row) => {
      if (input === first.input) throw new TuneDeskError('infer/prompt-too-long', { tokens: 600, limit: 512 })
      return row.label
    })
    expect(results[0]).toMatchObject({ answer: '', exact_match: false, error: { code: 'infer/prompt-too-long' } })
    expect(results[1]).not.toHaveProperty('error')
    expect(groups.trained).toMatchObject({ rows: 2, exact_matches: 1 })
  })
  test('has no leak probe where there is no instruction', async () => {
    const { results } = await probe((_, { label }) => label, [{ ...first, instruct: ' ' }, second])
    expect(results.map(({ row, probe }) => [row, probe])).toEqual([
      [0, 'answer'],
      [1, 'answer'],
      [1, 'leak'],
    ])
  })
  test('is told from errors that concern the whole test', async () => {
    const failing = probe(() => {
      throw new TuneDeskError('weights/not-found', { folder: 'model' })
    })
    await expect(failing).rejects.toMatchObject({ code: 'weights/not-found' })
  })
})

test('a stopped test asks nothing more', async () => {
  const stop = new AbortController()
  let asked = 0
  const stopped = runProbes(POEMS, {
    answer: (_, { label }) => {
      asked++
      stop.abort()
      return Promise.resolve(label)
    },
    signal: stop.signal,
  })
  await expect(stopped).rejects.toBe(stop.signal.reason)
  expect(asked).toBe(1)
})

test('the room of a shared leak answer is that of the longest row', async () => {
  const rows = POEMS.map((row) => ({ ...row, instruct: '写诗：' }))
  let asker: ProbeRow | undefined
  await probe((question, row) => {
    if (question.input === '') asker = row
    return row.label
  }, rows)
  expect(asker).toBe(rows[1])
})
