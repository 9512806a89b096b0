import { describe, expect, it } from 'vitest'
import type { Edit } from '../../../../src-main/contract/areas/rows.ts'
import { edited, inWords, openRows, row, rowsProject } from '../../../support/rowsProject.ts'
import { refusal } from '../../../support/refusal.ts'

/** Rows 0, 1, 2 … of a new project, after an edit; and whether that can be taken back. */
async function after(rows: string[], edit: Edit): Promise<string[]> {
  const store = await openRows(await rowsProject(rows))
  const before = inWords(store.list.rows)
  const result = await edited(store, edit)
  const { state } = await store.undo()
  expect(inWords(store.list.rows)).toEqual(before)
  expect(state.redo?.kind ?? edit.kind).toBe(edit.kind)
  await store.redo()
  expect(inWords(store.list.rows)).toEqual(result)
  return result
}

it('set puts a text into one cell', async () => {
  expect(await after(['a/1', 'b/2'], { kind: 'set', id: 1, field: 'label', text: '二' })).toEqual(['a/1', 'b/二'])
})

it('set of a row that is gone is refused', async () => {
  const store = await openRows(await rowsProject(['a/1']))
  await expect(store.edit({ kind: 'set', id: 7, field: 'label', text: '' })).rejects.toEqual(refusal('rows/no-such-row'))
})

it('what changes nothing is no step back', async () => {
  const store = await openRows(await rowsProject(['a/1']))
  const { state, ids } = await store.edit({ kind: 'set', id: 0, field: 'label', text: '1' })
  expect(ids).toEqual([])
  expect(state).toMatchObject({ version: 1, undo: null, isSaved: true })
})

describe('insert', () => {
  it('puts new rows at a position, in their order', async () => {
    expect(await after(['a/1', 'b/2'], { kind: 'insert', at: 1, rows: [row('x/'), row('y/')] })).toEqual([
      'a/1',
      'x/',
      'y/',
      'b/2',
    ])
  })

  it('beyond the last row is at the end', async () => {
    expect(await after(['a/1'], { kind: 'insert', at: 99, rows: [row('x/')] })).toEqual(['a/1', 'x/'])
  })
})

describe('paste', () => {
  it('fills cells to the right and downward, and adds the rows that are missing', async () => {
    const block = [
      ['x', '8'],
      ['y', '9'],
    ]
    expect(await after(['a/1', 'b/2'], { kind: 'paste', id: 1, field: 'input', block })).toEqual(['a/1', 'x/8', 'y/9'])
  })

  it('into nothing adds rows', async () => {
    expect(await after(['a/1'], { kind: 'paste', id: null, field: 'instruct', block: [['i', 'q', 'l']] })).toEqual([
      'a/1',
      'i|q/l',
    ])
  })

  it('touches only the columns that a line has', async () => {
    expect(await after(['i|a/1', 'i|b/2'], { kind: 'paste', id: 0, field: 'instruct', block: [['x'], ['y', 'z']] })).toEqual([
      'x|a/1',
      'y|z/2',
    ])
  })

  it('of more columns than there are is refused, unless what is too much is blank', async () => {
    const store = await openRows(await rowsProject(['a/1']))
    const paste = (cells: string[]) => store.edit({ kind: 'paste', id: 0, field: 'input', block: [cells] })
    await expect(paste(['x', 'y', 'z'])).rejects.toEqual(refusal('rows/paste-too-wide', { columns: 3, room: 2 }))
    expect(inWords(store.list.rows)).toEqual(['a/1'])
    await paste(['x', 'y', '', ''])
    expect(inWords(store.list.rows)).toEqual(['x/y'])
  })
})

describe('duplicate', () => {
  it('puts copies behind each run of rows', async () => {
    expect(await after(['a/1', 'b/2', 'c/3', 'd/4'], { kind: 'duplicate', ids: [3, 0, 1] })).toEqual([
      'a/1',
      'b/2',
      'a/1',
      'b/2',
      'c/3',
      'd/4',
      'd/4',
    ])
  })

  it('holds a copy out where its row is', async () => {
    const store = await openRows(await rowsProject(['a/1']))
    await store.edit({ kind: 'hold', ids: [0], heldOut: true })
    expect(await edited(store, { kind: 'duplicate', ids: [0] })).toEqual(['*a/1', '*a/1'])
  })
})

describe('delete', () => {
  it('takes rows out; those that are gone already do no harm', async () => {
    expect(await after(['a/1', 'b/2', 'c/3'], { kind: 'delete', ids: [2, 0, 9] })).toEqual(['b/2'])
  })

  it('of all rows leaves none', async () => {
    expect(await after(['a/1', 'b/2'], { kind: 'delete', ids: [0, 1] })).toEqual([])
  })
})

describe('move', () => {
  const move = (ids: number[], before: number | null) => after(['a/', 'b/', 'c/', 'd/', 'e/'], { kind: 'move', ids, before })

  it('puts rows before another one, in the project’s order', async () => {
    expect(await move([4, 1], 0)).toEqual(['b/', 'e/', 'a/', 'c/', 'd/'])
    expect(await move([0, 1], 3)).toEqual(['c/', 'a/', 'b/', 'd/', 'e/'])
  })

  it('before null is the end', async () => {
    expect(await move([0, 2], null)).toEqual(['b/', 'd/', 'e/', 'a/', 'c/'])
  })

  it('before one of themselves gathers them there', async () => {
    expect(await move([0, 2, 4], 2)).toEqual(['b/', 'a/', 'c/', 'e/', 'd/'])
  })

  it('to where they are is nothing', async () => {
    expect(await move([1, 2], 3)).toEqual(['a/', 'b/', 'c/', 'd/', 'e/'])
    expect(await move([1, 2], 1)).toEqual(['a/', 'b/', 'c/', 'd/', 'e/'])
  })
})

describe('exchange', () => {
  it('exchanges two columns in some rows', async () => {
    expect(await after(['a/1', 'b/2'], { kind: 'exchange', ids: [1], from: 'input', to: 'label' })).toEqual(['a/1', '2/b'])
  })

  it('exchanges them in all', async () => {
    expect(await after(['a/1', 'b/2'], { kind: 'exchange', ids: null, from: 'label', to: 'input' })).toEqual(['1/a', '2/b'])
  })
})

describe('replace', () => {
  const replace = (rows: string[], change: Partial<Extract<Edit, { kind: 'replace' }>>) =>
    after(rows, {
      kind: 'replace',
      find: 'a',
      replacement: 'X',
      fields: ['input', 'label'],
      matchCase: true,
      isPattern: false,
      ids: null,
      ...change,
    })

  it('replaces each place in the fields asked for', async () => {
    expect(await replace(['aba/a', 'b/b'], {})).toEqual(['XbX/X', 'b/b'])
    expect(await replace(['aba/a'], { fields: ['label'] })).toEqual(['aba/X'])
  })

  it('takes text as text', async () => {
    expect(await replace(['1.5 [x]/1x5'], { find: '1.5 [x]', replacement: '$& $1' })).toEqual(['$& $1/1x5'])
  })

  it('makes no difference between large and small letters where none is asked for', async () => {
    expect(await replace(['Aa/Ä'], { matchCase: false })).toEqual(['XX/Ä'])
  })

  it('takes a pattern, whose groups the replacement may name', async () => {
    expect(await replace(['12-34/🙂'], { isPattern: true, find: '(\\d+)-(\\d+)', replacement: '$2-$1' })).toEqual(['34-12/🙂'])
    expect(await replace(['x/🙂'], { isPattern: true, find: '^.$', replacement: 'one' })).toEqual(['one/one'])
  })

  it('in some rows only', async () => {
    expect(await replace(['a/', 'a/'], { ids: [1] })).toEqual(['a/', 'X/'])
  })
})

describe('a pattern', () => {
  const pattern = async (find: string, input: string): Promise<unknown> => {
    const store = await openRows(await rowsProject())
    await store.edit({ kind: 'insert', at: 0, rows: [{ instruct: '', input, label: '' }] })
    return store.edit({ kind: 'replace', find, replacement: '', fields: ['input'], matchCase: true, isPattern: true, ids: null })
  }

  it('that is none is refused', async () => {
    await expect(pattern('(', 'x')).rejects.toEqual(refusal('rows/bad-pattern'))
  })

  it('that never ends is stopped, and main answers meanwhile', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 20)
    await expect(pattern('(a+)+$', `${'a'.repeat(60)}b`)).rejects.toEqual(refusal('rows/pattern-too-slow'))
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(20)
  })
})

describe('split', () => {
  const rows = Array.from({ length: 100 }, (_, i) => `question ${i}/answer`)

  it('holds out a share, the same for the same seed, another for another', async () => {
    const store = await openRows(await rowsProject(rows))
    const heldOut = async (seed: number): Promise<number[]> => {
      await store.edit({ kind: 'split', share: 0.1, seed })
      return store.list.rows.flatMap((each) => (each.heldOut ? [each.id] : []))
    }
    const first = await heldOut(42)
    expect(first).toHaveLength(10)
    expect(await heldOut(43)).not.toEqual(first)
    expect(await heldOut(42)).toEqual(first)
    expect(store.state().heldOutCount).toBe(10)
  })

  it('of 0 holds out none', async () => {
    const store = await openRows(await rowsProject(['a/1', 'b/2']))
    await store.edit({ kind: 'hold', ids: [0], heldOut: true })
    expect(await edited(store, { kind: 'split', share: 0, seed: 1 })).toEqual(['a/1', 'b/2'])
  })

  it('never holds out everything, nor one row of a question without the others', async () => {
    const same = ['a/1', 'b/2', 'a/3', 'b/4', 'a/5']
    for (let seed = 0; seed < 20; seed++) {
      const split = await after(same, { kind: 'split', share: 0.99, seed })
      expect([
        ['*a/1', 'b/2', '*a/3', 'b/4', '*a/5'],
        ['a/1', '*b/2', 'a/3', '*b/4', 'a/5'],
      ]).toContainEqual(split)
    }
    expect(await after(['a/1', 'a/2'], { kind: 'split', share: 0.5, seed: 1 })).toEqual(['a/1', 'a/2'])
  })
})

describe('limits', () => {
  it('a text that could not be read again is refused', async () => {
    const store = await openRows(await rowsProject(['a/1']))
    const text = 'x'.repeat(10_000_001)
    await expect(store.edit({ kind: 'set', id: 0, field: 'label', text })).rejects.toEqual(refusal('rows/text-too-long'))
    expect(inWords(store.list.rows)).toEqual(['a/1'])
  })
})
