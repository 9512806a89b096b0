import { describe, expect, it } from 'vitest'
import type { FindingKind } from '../../../../../src-main/contract/areas/rows.ts'
import type { Row } from '../../../../../src-main/contract/row.ts'
import { inWords, openRows, row, rowsProject } from '../../../../support/rowsProject.ts'

async function open(rows: readonly (string | Row)[], heldOut: number[] = []) {
  const store = await openRows(await rowsProject())
  const whole = rows.map((each) => (typeof each === 'string' ? row(each) : each))
  await store.importRows(
    whole.map((each, i) => ({ ...each, heldOut: heldOut.includes(i) })),
    'append',
  )
  const look = async (): Promise<Partial<Record<FindingKind, number[]>>> => {
    await store.linter.examine(store.list)
    return Object.fromEntries(store.linter.findings().map(({ kind, ids }) => [kind, ids]))
  }
  /** The rows after the fix, and what is still found of that kind. */
  const fix = async (finding: FindingKind, ids: number[] | null = null): Promise<string[]> => {
    await store.edit({ kind: 'fix', finding, ids })
    return inWords(store.list.rows)
  }
  return { store, look, fix }
}

it('finds nothing in sound rows', async () => {
  const { look } = await open(['i: |a/1', 'i: |b/1', 'c/2'])
  expect(await look()).toEqual({})
})

it('empty-answer: a row without an answer, whose fix takes it away', async () => {
  const { look, fix } = await open(['a/', 'b/1', 'c/ '])
  expect(await look()).toEqual({ 'empty-answer': [0, 2] })
  expect(await fix('empty-answer')).toEqual(['b/1'])
  expect(await look()).toEqual({})
})

it('missing-question: an answer to nothing, which no fix mends', async () => {
  const { look, store, fix } = await open(['/1', 'a/1'])
  expect(await look()).toEqual({ 'missing-question': [0] })
  expect(store.linter.findings()).toMatchObject([{ canFix: false, fixable: 0, count: 1 }])
  expect(await fix('missing-question')).toEqual(['/1', 'a/1'])
})

describe('duplicate', () => {
  it('is every copy but the first', async () => {
    const { look, fix } = await open(['a/1', 'b/2', 'a/1', 'a/1'])
    expect(await look()).toEqual({ duplicate: [2, 3] })
    expect(await fix('duplicate', [3])).toEqual(['a/1', 'b/2', 'a/1'])
    expect(await fix('duplicate')).toEqual(['a/1', 'b/2'])
  })

  it('is not a row that nobody has answered yet', async () => {
    const { look } = await open(['a/', 'a/'])
    expect(await look()).toEqual({ 'empty-answer': [0, 1] })
  })

  it('is told anew when rows change places', async () => {
    const { look, store } = await open(['a/1', 'b/2', 'a/1'])
    expect(await look()).toEqual({ duplicate: [2] })
    await store.edit({ kind: 'move', ids: [2], before: 0 })
    expect(await look()).toEqual({ duplicate: [0] })
  })
})

describe('two-answers', () => {
  it('is all rows of a question with different answers; the fix keeps the first', async () => {
    const { look, fix } = await open(['a/1', 'a/2', 'b/1', 'a/3'])
    expect(await look()).toEqual({ 'two-answers': [0, 1, 3] })
    expect(await fix('two-answers')).toEqual(['a/1', 'b/1'])
  })

  it('of one row takes that row away', async () => {
    const { fix } = await open(['a/1', 'a/2'])
    expect(await fix('two-answers', [0])).toEqual(['a/2'])
  })

  it('is nothing where there is no question', async () => {
    const { look } = await open(['/1', '/2'])
    expect(await look()).toEqual({ 'missing-question': [0, 1] })
  })
})

describe('answer-in-question', () => {
  const answer = '红绫缠腕，风火踏浪。'

  it('is an answer that stands in its question', async () => {
    const { look } = await open([`诗|写：${answer}后面/${answer}`, `${answer}|诗/${answer}`, `诗|x/${answer}`])
    expect(await look()).toEqual({ 'answer-in-question': [0, 1] })
  })

  it('is not a short one, such as a class', async () => {
    const { look } = await open(['positive or negative?|good/positive'])
    expect(await look()).toEqual({})
  })

  it('is cut off where the question ends with it, and nowhere else', async () => {
    const { look, fix, store } = await open([`诗|写：\n${answer}\n/${answer}`, `诗|写：${answer}后面/${answer}`])
    await look()
    expect(store.linter.findings()).toMatchObject([{ kind: 'answer-in-question', count: 2, fixable: 1, canFix: true }])
    expect(await fix('answer-in-question')).toEqual([`诗|写：/${answer}`, `诗|写：${answer}后面/${answer}`])
  })
})

describe('both-sides', () => {
  it('is the same question learned and held out; the fix holds all of them out', async () => {
    const { look, fix } = await open(['a/1', 'a/2', 'b/3'], [1])
    expect(await look()).toEqual({ 'two-answers': [0, 1], 'both-sides': [0, 1] })
    expect(await fix('both-sides')).toEqual(['*a/1', '*a/2', 'b/3'])
    expect(await look()).toEqual({ 'two-answers': [0, 1] })
  })
})

describe('odd-whitespace', () => {
  it.each([
    ['before everything', { instruct: ' i', input: 'q', label: 'a' }, { instruct: 'i', input: 'q', label: 'a' }],
    [
      'before everything, without an instruction',
      { instruct: '', input: '\nq', label: 'a' },
      { instruct: '', input: 'q', label: 'a' },
    ],
    ['behind everything', { instruct: 'i', input: 'q', label: 'a \n' }, { instruct: 'i', input: 'q', label: 'a' }],
    ['that does not break', { instruct: 'i', input: 'q\u00a0q', label: 'a' }, { instruct: 'i', input: 'q q', label: 'a' }],
    ['of no width', { instruct: 'i', input: 'q\u200bq', label: '\ufeffa' }, { instruct: 'i', input: 'qq', label: 'a' }],
    [
      'of other systems’ line ends',
      { instruct: 'i', input: 'q\r\nr\rs\u2028t', label: 'a' },
      { instruct: 'i', input: 'q\nr\ns\nt', label: 'a' },
    ],
    ['that steers a terminal', { instruct: 'i', input: 'q\u0007\u001b', label: 'a' }, { instruct: 'i', input: 'q', label: 'a' }],
  ])('is white space %s', async (_, before, after) => {
    const { look, fix, store } = await open([before])
    expect(await look()).toEqual({ 'odd-whitespace': [0] })
    await fix('odd-whitespace')
    expect(store.list.rows[0]).toMatchObject(after)
    expect(await look()).toEqual({})
  })

  it('is not what stands between the three texts, nor what scripts and emoji are written with', async () => {
    const { look } = await open([
      { instruct: 'Translate: ', input: 'Hund\n', label: ' dog' },
      { instruct: 'x', input: '👨‍👩‍👧 می‌خواهم', label: '　一\tb' },
    ])
    expect(await look()).toEqual({})
  })
})

it('broken-character: half of a character, which the fix takes out', async () => {
  const { look, fix } = await open([{ instruct: 'i', input: 'a\ud83d', label: '🙂' }])
  expect(await look()).toEqual({ 'broken-character': [0] })
  expect(await fix('broken-character')).toEqual(['i|a/🙂'])
})

it('lost-character: the mark of a failed decoding, which no fix mends', async () => {
  const { look, store } = await open(['a\ufffd/1'])
  expect(await look()).toEqual({ 'lost-character': [0] })
  expect(store.linter.findings()[0]?.canFix).toBe(false)
})

it('after many edits it has found what a look at all rows anew finds', async () => {
  const { store, look } = await open(['a/1', 'a/1', 'a/2', 'b/', '/x', 'c/1 '], [2])
  await look()
  await store.edit({ kind: 'set', id: 3, field: 'label', text: '2' })
  await store.edit({ kind: 'duplicate', ids: [0, 5] })
  await look()
  await store.edit({ kind: 'delete', ids: [0, 4] })
  await store.edit({ kind: 'set', id: 2, field: 'input', text: 'b' })
  const found = await look()
  const fresh = await openRows(await rowsProject())
  await fresh.importRows(store.list.rows, 'append')
  await fresh.linter.examine(fresh.list)
  const positions = (ids: number[] = []) => ids.map((id) => store.list.positionOf(id))
  expect(fresh.linter.findings().map(({ kind, ids }) => [kind, ids])).toEqual(
    Object.entries(found).map(([kind, ids]) => [kind, positions(ids)]),
  )
})

it('a newer list that comes while it looks is looked at instead', async () => {
  const { store } = await open(Array.from({ length: 3_000 }, (_, i) => `q${i}/a`))
  const first = store.linter.examine(store.list)
  await store.edit({ kind: 'set', id: 2_999, field: 'label', text: '' })
  await Promise.all([first, store.linter.examine(store.list)])
  expect(store.linter.hasExamined(store.list)).toBe(true)
  expect(store.linter.findings()).toMatchObject([{ kind: 'empty-answer', ids: [2_999] }])
})
