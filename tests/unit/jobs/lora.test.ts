import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TrainingEvent } from '../../../src-main/engine/6-train/runRecorder.ts'
import { readWeights } from '../../../src-main/engine/7-record/checkpoint.ts'
import { GREEDY } from '../../../src-main/engine/8-infer/generate.ts'
import { openModel } from '../../../src-main/engine/8-infer/openModel.ts'
import { mergeAdapter } from '../../../src-main/jobs/mergeAdapter.ts'
import { openAnswerer } from '../../../src-main/jobs/openAnswerer.ts'
import { resumeRun, startRun } from '../../../src-main/jobs/runs.ts'
import { openSafetensors } from '../../../src-main/files/readSafetensors.ts'
import { readGolden } from '../../golden/golden.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const POEMS = 'tests/fixtures/poems.json'
const TINY = resolve('tests/golden/data/qwen2')
const PEFT = resolve('tests/golden/data/qwen2-lora')
const LORA = { method: 'lora', r: 4, learning_rate: 2e-2, num_train_epochs: 4, save_strategy: 'no' }

async function trained(settings: object = {}, model = TINY) {
  const output = join(await temporaryFolder(), 'run')
  const events: TrainingEvent[] = []
  const request = { data: POEMS, model, output, preset: 'tutorial' as const, settings: { ...LORA, ...settings } }
  const end = await startRun(request, { onEvent: (event) => void events.push(event) })
  return { output, events, end }
}

async function weightsOf(folder: string): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>()
  for await (const { name, data } of readWeights(folder)) found.set(name, [...data])
  return found
}

/** Scores of what follows each token of a short text. */
async function logitsOf(folder: string): Promise<Float32Array> {
  const model = await openModel(folder)
  try {
    const reading = model.decoder.begin([])
    const logits = await reading.read([270, 269, 268, 310], 4)
    reading.end()
    return logits
  } finally {
    await model.close()
  }
}

const worstDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0)

describe('a run with LoRA', () => {
  it('saves an adapter as PEFT does, and no model', async () => {
    const { output, end } = await trained({ save_strategy: 'epoch', save_total_limit: 1 })
    expect(end.reason).toBe('finished')
    for (const folder of [output, join(output, 'checkpoint-4')]) {
      const names = await readdir(folder)
      expect(names).toEqual(expect.arrayContaining(['adapter_config.json', 'adapter_model.safetensors', 'tokenizer.json']))
      expect(names).not.toContain('model.safetensors')
    }
    const json = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    const [ours, peft] = [await json(join(output, 'adapter_config.json')), await json(join(PEFT, 'adapter_config.json'))]
    expect({ ...ours, base_model_name_or_path: '../qwen2' }).toEqual(
      expect.objectContaining({
        ...Object.fromEntries(Object.keys(ours).map((name) => [name, peft[name]])),
        target_modules: expect.anything() as unknown,
      }),
    )
    expect([...(ours['target_modules'] as string[])].sort()).toEqual([...(peft['target_modules'] as string[])].sort())
    expect([...(await weightsOf(output)).keys()].sort()).toEqual([...(await weightsOf(PEFT)).keys()].sort())
  })

  it('learns its rows, and answers as it did while it was asked', async () => {
    const { output, events } = await trained({ num_train_epochs: 30, sample_each_epoch: true })
    const sample = events.flatMap((event) => (event.kind === 'sample' ? [event] : [])).at(-1)
    expect(sample?.answer).toBe(sample?.label)
    const answerer = await openAnswerer(output)
    const { promptIds } = await import('../../../src-main/engine/2-tokens/rowText.ts')
    const [prompt = []] = await promptIds(answerer.tokenizer, [{ instruct: sample?.question ?? '', input: '' }], 'plain')
    expect((await answerer.answer(prompt, { ...GREEDY, max_new_tokens: 64 })).text).toBe(sample?.label)
    await answerer.close()
  })

  it.each([{ lora_dropout: 0 }, { lora_dropout: 0.3 }, { load_in_8bit: true }])(
    'resumed it is the run that was never stopped, with %o',
    async (settings) => {
      const whole = await trained({ ...settings, save_strategy: 'epoch' })
      const output = join(await temporaryFolder(), 'run')
      await cp(whole.output, output, { recursive: true })
      await rm(join(output, 'train_results.json'))
      for (const step of [3, 4]) await rm(join(output, `checkpoint-${step}`), { recursive: true })
      await resumeRun({ folder: output })
      expect(await weightsOf(output)).toEqual(await weightsOf(whole.output))
    },
  )

  it('is not resumed beside other weights than it began from; one of an older version, which has no checksum of them, is', async () => {
    const base = join(await temporaryFolder(), 'base')
    await cp(TINY, base, { recursive: true })
    const { output } = await trained({ save_strategy: 'epoch' }, base)
    await rm(join(output, 'train_results.json'))
    await rm(join(output, 'checkpoint-4'), { recursive: true })
    const weights = join(base, 'model.safetensors')
    const bytes = await readFile(weights)
    // The last tensor's last number, one bit of it.
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    await writeFile(weights, bytes)
    await expect(resumeRun({ folder: output })).rejects.toEqual(refusal('runs/base-model-changed', { folder: output, base }))
    expect((await resumeRun({ folder: output, model: TINY })).reason).toBe('finished')

    await rm(join(output, 'train_results.json'))
    await rm(join(output, 'checkpoint-4'), { recursive: true })
    const path = join(output, 'run.json')
    const run = JSON.parse(await readFile(path, 'utf8')) as { base_model: { fingerprint?: string } }
    expect(run.base_model.fingerprint).toMatch(/^[0-9a-f]{64}$/)
    delete run.base_model.fingerprint
    await writeFile(path, JSON.stringify(run))
    expect((await resumeRun({ folder: output })).reason).toBe('finished')
  })

  it('merged is the model that base and adapter are together', async () => {
    const { output } = await trained()
    const merged = join(await temporaryFolder(), 'merged')
    await mergeAdapter({ adapter: output, output: merged })
    expect(worstDifference(await logitsOf(merged), await logitsOf(output))).toBeLessThan(1e-4)
    expect(worstDifference(await logitsOf(merged), await logitsOf(TINY))).toBeGreaterThan(0.1)
    await expect(mergeAdapter({ adapter: output, output: merged })).rejects.toMatchObject({ code: 'exports/folder-not-empty' })
    await expect(mergeAdapter({ adapter: merged, output: `${merged}-2` })).rejects.toMatchObject({ code: 'exports/no-adapter' })
  })

  it('trains whole modules beside its adapters, and a tied table as one', async () => {
    const { output } = await trained({
      modules_to_save: 'embed_tokens,norm',
      target_modules: 'q_proj,v_proj',
      layers_to_transform: '1',
    })
    const names = [...(await weightsOf(output)).keys()].sort()
    expect(names).toEqual([
      'lm_head.weight',
      'model.embed_tokens.weight',
      'model.layers.1.self_attn.q_proj.lora_A.weight',
      'model.layers.1.self_attn.q_proj.lora_B.weight',
      'model.layers.1.self_attn.v_proj.lora_A.weight',
      'model.layers.1.self_attn.v_proj.lora_B.weight',
      'model.norm.weight',
    ])
    const merged = join(await temporaryFolder(), 'merged')
    await mergeAdapter({ adapter: output, output: merged })
    expect(worstDifference(await logitsOf(merged), await logitsOf(output))).toBeLessThan(1e-4)
  })

  it('beside weights in 8 bits learns as it does beside float32, and belongs to the model as it is', async () => {
    const [float32, in8bit] = [await trained(), await trained({ load_in_8bit: true })]
    const losses = ({ events }: typeof float32) => events.flatMap((event) => (event.kind === 'progress' ? event.loss : []))
    const [wanted, found] = [losses(float32), losses(in8bit)]
    expect(found).not.toEqual(wanted)
    expect(worstDifference(found, wanted)).toBeLessThan(0.01 * Math.max(...wanted))
    const config = (folder: string) => readFile(join(folder, 'adapter_config.json'), 'utf8')
    expect(await config(in8bit.output)).toBe(await config(float32.output))
    const merged = join(await temporaryFolder(), 'merged')
    await mergeAdapter({ adapter: in8bit.output, output: merged })
    expect(worstDifference(await logitsOf(merged), await logitsOf(in8bit.output))).toBeLessThan(1e-4)
  })

  it('trains a module whole in float32 where the others are in 8 bits', async () => {
    const settings = { modules_to_save: 'down_proj', layers_to_transform: '1', load_in_8bit: true }
    const { output } = await trained(settings)
    const [before, after] = [await weightsOf(TINY), await weightsOf(output)]
    const name = 'model.layers.0.mlp.down_proj.weight'
    expect([...after.keys()]).toContain(name)
    expect(worstDifference(after.get(name) ?? [], before.get(name) ?? [])).toBeGreaterThan(1e-3)
  })

  it.each([
    [{ load_in_8bit: true, method: 'full' }, 'settings/8bit-needs-lora'],
    [{ target_modules: 'q_proj,query' }, 'settings/lora-module-missing'],
    [{ modules_to_save: 'lm_head' }, 'settings/lora-tied-head'],
    [{ layers_to_transform: '0,2' }, 'settings/layer-missing'],
  ])('%o is refused before anything is written', async (settings, code) => {
    await expect(trained(settings)).rejects.toMatchObject({ code })
  })
})

describe("PEFT's adapter", () => {
  it('gives here the scores that it gives there', async () => {
    const golden = await openSafetensors(join(PEFT, 'golden.safetensors'))
    const location = golden.tensors.get('logits_final')
    if (!location) throw new Error('no logits')
    const wanted = await golden.read(location)
    await golden.close()
    const [row] = readGolden('qwen2').batch_rows
    const ids = row?.input_ids ?? []
    const model = await openModel(PEFT)
    const reading = model.decoder.begin([])
    const found = await reading.read(ids, ids.length)
    reading.end()
    await model.close()
    expect(worstDifference(found, wanted.subarray(0, found.length))).toBeLessThan(1e-4)
  })

  it.each([
    [{ use_dora: true }, 'adapters/unsupported'],
    [{ rank_pattern: { q_proj: 2 } }, 'adapters/unsupported'],
    [{ target_modules: '.*_proj' }, 'adapters/unsupported'],
    [{ base_model_name_or_path: 'Qwen/Qwen2.5-0.5B' }, 'adapters/no-base'],
    [{ r: 'four' }, 'adapters/damaged'],
  ])('with %o says what it lacks', async (change, code) => {
    const folder = await temporaryFolder()
    await cp(PEFT, folder, { recursive: true })
    const config = JSON.parse(await readFile(join(PEFT, 'adapter_config.json'), 'utf8')) as object
    await rm(join(folder, 'adapter_config.json'))
    await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ ...config, base_model_name_or_path: TINY, ...change }))
    await expect(openModel(folder)).rejects.toMatchObject({ code })
  })
})
