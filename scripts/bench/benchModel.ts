import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { folderOfAtomicFiles } from '../../src-main/files/atomicFile.ts'
import { writeWeights } from '../../src-main/files/writeWeights.ts'

export const BENCH_CACHE = fileURLToPath(new URL('../../.cache/bench/', import.meta.url))

const QWEN2 = {
  architectures: ['Qwen2ForCausalLM'],
  attention_dropout: 0,
  bos_token_id: null,
  dtype: 'float32',
  eos_token_id: 0,
  hidden_act: 'silu',
  initializer_range: 0.02,
  max_position_embeddings: 32768,
  max_window_layers: 99,
  model_type: 'qwen2',
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  sliding_window: null,
  tie_word_embeddings: true,
  use_cache: true,
  use_sliding_window: false,
}

const SHAPES = {
  /** Qwen2.5-0.5B: 494 million parameters, 2 GB. */
  'qwen2.5-0.5b': {
    hidden_size: 896,
    intermediate_size: 4864,
    num_attention_heads: 14,
    num_hidden_layers: 24,
    num_key_value_heads: 2,
    vocab_size: 151936,
  },
  /** For trying the benchmark itself. */
  tiny: {
    hidden_size: 64,
    intermediate_size: 128,
    num_attention_heads: 4,
    num_hidden_layers: 2,
    num_key_value_heads: 2,
    vocab_size: 1000,
  },
}
export type BenchModelName = keyof typeof SHAPES

/** A folder with a model of that shape and random weights, made once. */
export async function benchModel(name: BenchModelName): Promise<string> {
  const folder = join(BENCH_CACHE, name)
  if (existsSync(folder)) return folder
  const making = `${folder}.making`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  const config = { ...QWEN2, ...SHAPES[name] }
  writeFileSync(join(making, 'config.json'), JSON.stringify(config, null, 2))
  const heads = modelParameters(parseConfig(config)).map(({ name: tensor, shape }) => ({ name: tensor, shape: [...shape] }))
  await writeWeights(folderOfAtomicFiles(making), heads, randomWeights(heads))
  renameSync(making, folder)
  return folder
}

/** Uniform with the standard deviation of transformers' initialisation, 0.02; norms 1, biases 0. */
async function* randomWeights(heads: readonly { name: string; shape: number[] }[]) {
  let state = 12345
  for (const { name, shape } of heads) {
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1))
    if (name.includes('norm')) data.fill(1)
    else if (!name.endsWith('bias'))
      for (let i = 0; i < data.length; i++) {
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        data[i] = (state / 2 ** 31) * 0.02 * Math.sqrt(3)
      }
    yield await Promise.resolve({ name, shape, data })
  }
}
