import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { folderOfAtomicFiles } from '../../src-main/files/atomicFile.ts'
import { writeWeights } from '../../src-main/files/writeWeights.ts'
import { madeOnce } from '../peers/preparePeers.ts'
import { initialWeights } from '../starter/model/initialWeights.ts'

/** Where they are made once and kept. */
const FOLDER = fileURLToPath(new URL('../../.cache/bench', import.meta.url))

/** Qwen2.5-0.5B's and SmolLM2-135M's config.json, and the first one's architecture small enough to try the benchmark itself. */
const MODELS = {
  'Qwen2.5-0.5B': {
    hidden_size: 896,
    intermediate_size: 4864,
    num_hidden_layers: 24,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    vocab_size: 151936,
  },
  'SmolLM2-135M': {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    vocab_size: 49152,
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-5,
    rope_theta: 100_000,
  },
  tiny: {
    hidden_size: 64,
    intermediate_size: 128,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 4096,
  },
}
export type BenchModelName = keyof typeof MODELS

/** A folder with a model of random weights; made where it is not there yet. Those with weights of their own size take up to half a minute and 2 GB. */
export async function randomModel(name: BenchModelName): Promise<string> {
  const json = {
    architectures: ['Qwen2ForCausalLM'],
    model_type: 'qwen2',
    hidden_act: 'silu',
    initializer_range: 0.02,
    max_position_embeddings: 32768,
    rms_norm_eps: 1e-6,
    rope_theta: 1_000_000,
    tie_word_embeddings: true,
    torch_dtype: 'float32',
    ...MODELS[name],
  }
  return madeOnce(join(FOLDER, name), async (folder) => {
    const config = parseConfig(json)
    writeFileSync(join(folder, 'config.json'), JSON.stringify(json, null, 2))
    await writeWeights(folderOfAtomicFiles(folder), modelParameters(config), initialWeights(config, 1))
  })
}
