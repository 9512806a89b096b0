import type { OutputFolder } from './atomicFile.ts'
import { MAX_SHARD_SIZE } from './limits.ts'
import { WEIGHT_INDEX_FILE, WEIGHTS_FILE } from './safetensors.ts'
import {
  elementBytes,
  elementCount,
  type FloatType,
  type TensorData,
  type TensorHead,
  writeSafetensors,
} from './writeSafetensors.ts'

/**
 * Writes a model's weights as transformers names them: `model.safetensors`, or shards `model-00001-of-00002.safetensors` … with
 * `model.safetensors.index.json` when they are larger than `maxShardSize` bytes. A single larger tensor makes a larger shard.
 * @param heads and
 * @param data as for `writeSafetensors`
 */
export async function writeWeights(
  output: OutputFolder,
  heads: readonly TensorHead[],
  data: AsyncIterable<TensorData>,
  { dtype = 'F32', maxShardSize = MAX_SHARD_SIZE }: { dtype?: FloatType; maxShardSize?: number } = {},
): Promise<void> {
  const shards = splitIntoShards(heads, elementBytes(dtype), maxShardSize)
  const fileName = (shard: number): string =>
    shards.length === 1 ? WEIGHTS_FILE : `model-${fiveDigits(shard + 1)}-of-${fiveDigits(shards.length)}.safetensors`

  const tensors = data[Symbol.asyncIterator]()
  try {
    for (const [shard, inShard] of shards.entries())
      await output.write(fileName(shard), (write) => writeSafetensors(write, inShard, take(tensors, inShard.length), { dtype }))
    if (!(await tensors.next()).done) throw new Error('more tensors came than were announced')
  } finally {
    await tensors.return?.()
  }
  if (shards.length > 1) await output.write(WEIGHT_INDEX_FILE, printIndex(shards, fileName, elementBytes(dtype)))
}

const fiveDigits = (number: number): string => String(number).padStart(5, '0')

/** As many tensors in a row as fit; transformers does the same (huggingface_hub, split_state_dict_into_shards_factory). */
function splitIntoShards(heads: readonly TensorHead[], bytesPerElement: number, maxShardSize: number): TensorHead[][] {
  const shards: TensorHead[][] = [[]]
  let size = 0
  for (const head of heads) {
    const bytes = elementCount(head.shape) * bytesPerElement
    if (size > 0 && size + bytes > maxShardSize) {
      shards.push([])
      size = 0
    }
    shards.at(-1)?.push(head)
    size += bytes
  }
  return shards
}

/** Keys sorted and indented by two, as `json.dumps(index, indent=2, sort_keys=True)` in transformers' save_pretrained. */
function printIndex(shards: TensorHead[][], fileName: (shard: number) => string, bytesPerElement: number): string {
  const parameters = shards.flat().reduce((sum, { shape }) => sum + elementCount(shape), 0)
  const files = shards.flatMap((heads, shard) => heads.map(({ name }): [string, string] => [name, fileName(shard)]))
  files.sort(([a], [b]) => (a < b ? -1 : 1))
  const index = {
    metadata: { total_parameters: parameters, total_size: parameters * bytesPerElement },
    weight_map: Object.fromEntries(files),
  }
  return `${JSON.stringify(index, null, 2)}\n`
}

/** The next `count` values of an iterator that others go on with. */
async function* take<T>(iterator: AsyncIterator<T>, count: number): AsyncGenerator<T> {
  for (let i = 0; i < count; i++) {
    const next = await iterator.next()
    if (next.done) return
    yield next.value
  }
}
