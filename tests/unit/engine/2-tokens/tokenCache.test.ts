import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import type { Row } from '../../../../src-main/contract/row.ts'
import { openTokenizer, type Tokenizer } from '../../../../src-main/engine/2-tokens/openTokenizer.ts'
import { openTokenCache } from '../../../../src-main/engine/2-tokens/tokenCache.ts'
import { measureRows, tokeniseRows } from '../../../../src-main/engine/2-tokens/tokeniseRow.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const data = (path: string): string => fileURLToPath(new URL(`../../../golden/data/${path}`, import.meta.url))
const options = { maxLength: 12, lossOn: 'answer', template: 'plain' } as const

/** With a token across the boundary, an end mark inside, and nothing odd, in turn. */
const rows = Array.from({ length: 1200 }, (_, n): Row => {
  const [instruct = '', label = ''] = [
    ['写诗：哪', '吒降世'],
    ['a<|endoftext|>b', 'c'],
    ['Write a poem: ', 'waves'],
  ][n % 3] ?? ['']
  return { instruct, input: '', label: `${label} ${n}` }
})

let tokenizer: Tokenizer
/** The same one, which must not be asked. */
let silent: Tokenizer
beforeAll(async () => {
  tokenizer = await openTokenizer(data('qwen2'))
  const encode = (): never => {
    throw new Error('tokenised again')
  }
  silent = { ...tokenizer, encode }
})

const fill = async (folder: string, some: readonly Row[]): Promise<void> => {
  const cache = await openTokenCache(folder, tokenizer, 'plain')
  await measureRows(tokenizer, some, 'plain', { cache })
  await cache.save()
}

it('gives what was tokenised before, to another process as well, and nothing is tokenised anew', async () => {
  const folder = await temporaryFolder()
  await fill(folder, rows)
  const cache = await openTokenCache(folder, tokenizer, 'plain')
  expect(await tokeniseRows(silent, rows, options, { cache })).toEqual(await tokeniseRows(tokenizer, rows, options))
  expect(await measureRows(silent, rows, 'plain', { cache })).toEqual(await measureRows(tokenizer, rows, 'plain'))
})

it('knows a row by its words alone, each in its own field', async () => {
  const folder = await temporaryFolder()
  await fill(folder, rows)
  const cache = await openTokenCache(folder, tokenizer, 'plain')
  const [row] = rows
  expect(row && cache.find({ ...row })).toBeDefined()
  expect(row && cache.find({ ...row, instruct: '', input: row.instruct })).toBeUndefined()
})

it('keeps tokenizers and templates apart', async () => {
  const folder = await temporaryFolder()
  await fill(folder, rows)
  const other = await openTokenizer(data('tokenizers/digits'))
  for (const cache of [await openTokenCache(folder, other, 'plain'), await openTokenCache(folder, other, 'chat')])
    expect(rows.some((row) => cache.find(row))).toBe(false)
})

it('writes no file for so few rows that tokenising them is quicker', async () => {
  const folder = await temporaryFolder()
  await fill(folder, rows.slice(0, 500))
  expect(await readdir(folder)).toEqual([])
})

it('takes a damaged file for none', async () => {
  const folder = await temporaryFolder()
  await fill(folder, rows)
  const [name = ''] = (await readdir(folder, { recursive: true })).filter((each) => each.endsWith('.tokens'))
  const bytes = await readFile(join(folder, name))
  for (const damaged of [bytes.subarray(0, -400), Buffer.from(bytes).fill(0, 500, 600), Buffer.alloc(0)]) {
    await writeFile(join(folder, name), damaged)
    const cache = await openTokenCache(folder, tokenizer, 'plain')
    expect(rows.some((row) => cache.find(row))).toBe(false)
    expect(await measureRows(tokenizer, rows.slice(0, 3), 'plain', { cache })).toEqual(
      await measureRows(tokenizer, rows.slice(0, 3), 'plain'),
    )
  }
})

it('that cannot be written to does no harm', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  await fill(join(folder, 'file'), rows)
  expect(await readdir(folder)).toEqual(['file'])
})
