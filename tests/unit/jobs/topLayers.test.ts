import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSettings } from '../../../src-main/contract/trainingSettings.ts'
import { parseConfig } from '../../../src-main/engine/4-graph/parseConfig.ts'
import { readWeights } from '../../../src-main/engine/7-record/checkpoint.ts'
import { readModelFolder } from '../../../src-main/files/modelFolder.ts'
import { openAnswerer } from '../../../src-main/jobs/openAnswerer.ts'
import { resumeRun, startRun } from '../../../src-main/jobs/runs.ts'
import { parameterBytes, savedBytes, trainingBytes } from '../../../src-main/jobs/trainingMemory.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const POEMS = 'tests/fixtures/poems.json'
/** Two layers, tied tables. */
const TINY = resolve('tests/golden/data/qwen2')
const TOP = { layers_to_transform: '1', learning_rate: 5e-3, num_train_epochs: 2, save_strategy: 'no' }

async function trained(settings: object = {}, model = TINY): Promise<string> {
  const output = join(await temporaryFolder(), 'run')
  await startRun({ data: POEMS, model, output, preset: 'tutorial', settings: { ...TOP, ...settings } })
  return output
}

async function weightsOf(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  for await (const { name, data } of readWeights(folder))
    found.set(name, Buffer.from(data.buffer, data.byteOffset, data.byteLength))
  return found
}

const isTop = (name: string): boolean => name.startsWith('model.layers.1.')

describe('a full training of the top layer', () => {
  it('saves whole models, in which nothing else has changed; resumed it is the run that was never stopped', async () => {
    const whole = await trained({ save_strategy: 'epoch' })
    const [before, after] = [await weightsOf(TINY), await weightsOf(whole)]
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
    for (const [name, bytes] of before) expect(after.get(name)?.equals(bytes), name).toBe(!isTop(name))
    expect([...(await weightsOf(join(whole, 'checkpoint-1'))).keys()]).toEqual([...after.keys()])

    const output = join(await temporaryFolder(), 'run')
    await cp(whole, output, { recursive: true })
    await rm(join(output, 'train_results.json'))
    await rm(join(output, 'checkpoint-2'), { recursive: true })
    await resumeRun({ folder: output })
    expect(await weightsOf(output)).toEqual(after)
  })

  it('gives a row to a token that the frozen table has none for', async () => {
    const base = await temporaryFolder()
    for (const name of await readdir(TINY)) if (!name.includes('golden')) await cp(join(TINY, name), join(base, name))
    const { vocabularySize: rows } = parseConfig((await readModelFolder(TINY)).config)
    const tokenizer = JSON.parse(await readFile(join(base, 'tokenizer.json'), 'utf8')) as { added_tokens: { id: number }[] }
    const [token] = tokenizer.added_tokens
    tokenizer.added_tokens.push({ ...token, id: rows, content: '<|new|>' } as { id: number })
    await writeFile(join(base, 'tokenizer.json'), JSON.stringify(tokenizer))

    const output = await trained({ num_train_epochs: 1, save_strategy: 'epoch' }, base)
    const { vocabularySize: grown } = parseConfig((await readModelFolder(output)).config)
    expect(grown).toBeGreaterThan(rows)
    const table = 'model.embed_tokens.weight'
    const [before, after] = [(await weightsOf(base)).get(table), (await weightsOf(output)).get(table)]
    expect(after?.length).toBe(((before?.length ?? NaN) / rows) * grown)
    expect(after?.subarray(0, before?.length)).toEqual(before)
    await rm(join(output, 'train_results.json'))
    await resumeRun({ folder: output })
    await (await openAnswerer(output)).close()
  })

  it.each(['full', 'lora'])('%s refuses a layer that the model does not have', async (method) => {
    await expect(trained({ method, layers_to_transform: '1-2' })).rejects.toMatchObject({ code: 'settings/layer-missing' })
  })

  it('counts what it trains, and on the disk the whole model', async () => {
    const config = parseConfig((await readModelFolder(TINY)).config)
    const [top, all] = [createSettings(TOP), createSettings({})]
    const bytes = [...(await weightsOf(TINY))].filter(([name]) => isTop(name)).reduce((sum, [, { length }]) => sum + length, 0)
    expect(parameterBytes(config, top)).toMatchObject({ weights: bytes, gradients: bytes, optimizer: 2 * bytes })
    expect(savedBytes(config, top)).toEqual({ ...savedBytes(config, all), optimizer: 2 * bytes })
    const needed = (settings: typeof top): number =>
      trainingBytes(
        config,
        settings,
        { learnedFrom: [{ tokens: 512, supervised: 8 }], heldOut: [] },
        { rowsAtOnce: null, recomputes: false },
      )
    expect(needed(top)).toBeLessThan(needed(all))
  })
})
