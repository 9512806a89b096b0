import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const text = (file: string): Promise<string> => readFile(new URL(`../../../resources/samples/${file}`, import.meta.url), 'utf8')
const rowSchema = z.strictObject({ instruct: z.string(), input: z.string(), label: z.string().min(1) })
const rowsOf = async (name: string) =>
  (await text(`${name}/rows.jsonl`))
    .trimEnd()
    .split('\n')
    .map((line) => rowSchema.parse(JSON.parse(line)))
const heldOutOf = async (name: string) =>
  z.strictObject({ heldOut: z.array(z.int().min(0)) }).parse(JSON.parse(await text(`${name}/splits.json`))).heldOut
const words = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) })
const project = z.strictObject({
  version: z.literal(1),
  name: words,
  about: words,
  licence: z.string(),
  source: z.string().optional(),
})

describe.each(['poems', 'couplets'])('the sample project %s', (name) => {
  it('is named and described in both languages', async () => {
    expect(project.safeParse(JSON.parse(await text(`${name}/project.json`))).error).toBeUndefined()
  })

  it('holds out rows that exist, each once, and leaves some to learn from', async () => {
    const [rows, heldOut] = [await rowsOf(name), await heldOutOf(name)]
    expect(new Set(heldOut).size).toBe(heldOut.length)
    expect(heldOut.every((row) => row < rows.length)).toBe(true)
    expect(heldOut.length).toBeLessThan(rows.length)
  })
})

it("has the tutorial's two rows, word for word", async () => {
  const tutorial = await readFile(new URL('../../fixtures/poems.json', import.meta.url), 'utf8')
  expect(await rowsOf('poems')).toEqual(JSON.parse(tutorial))
})

it('has 300 couplets, 60 of them held out, lines of equal length and no couplet twice', async () => {
  const [rows, heldOut] = [await rowsOf('couplets'), await heldOutOf('couplets')]
  expect([rows.length, heldOut.length]).toEqual([300, 60])
  for (const { input, label } of rows)
    expect(`${input}${label}`).toMatch(/^(?:\p{Script=Han}{5}，\p{Script=Han}{5}。|\p{Script=Han}{7}，\p{Script=Han}{7}。)$/u)
  expect(new Set(rows.map(({ input, label }) => input + label)).size).toBe(rows.length)
})
