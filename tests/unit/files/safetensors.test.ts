import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openWeights } from '../../../src-main/files/safetensors.ts'
import { refusal } from '../../support/refusal.ts'
import { float32Bytes, safetensorsBytes } from '../../support/safetensorsBytes.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const GOLDEN = new URL('../../golden/data/qwen2', import.meta.url).pathname
const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
const halves = (...patterns: number[]): Uint8Array => new Uint8Array(Uint16Array.from(patterns).buffer)

describe('one file', () => {
  it("PyTorch's golden model: names, shapes, places, values", async () => {
    const weights = await openWeights(GOLDEN)
    expect(weights.tensors.size).toBe(26)
    expect(weights.metadata.get('format')).toBe('pt')
    const location = weights.tensors.get('model.layers.1.self_attn.k_proj.weight')
    expect(location).toMatchObject({ dtype: 'F32', shape: [32, 64], file: 'model.safetensors', byteLength: 32 * 64 * 4 })
    const embedding = await weights.read('model.embed_tokens.weight')
    expect(embedding.length).toBe(512 * 64)
    expect([...embedding.subarray(0, 2)]).toEqual([-0.15255959331989288, -0.07502318173646927])
    await weights.close()
  })

  it('F32, F16 and BF16 become the same float32 numbers; scalars and empty tensors are tensors', async () => {
    const folder = await temporaryFolder()
    const data = concat(float32Bytes(1.1, -2), halves(0x3c00, 0xc000, 0x0001), halves(0x3f80, 0xc000), float32Bytes(7))
    const header = {
      __metadata__: { format: 'pt' },
      f32: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      f16: { dtype: 'F16', shape: [3, 1], data_offsets: [8, 14] },
      bf16: { dtype: 'BF16', shape: [1, 2], data_offsets: [14, 18] },
      scalar: { dtype: 'F32', shape: [], data_offsets: [18, 22] },
      empty: { dtype: 'F32', shape: [0, 4], data_offsets: [22, 22] },
    }
    await writeFile(join(folder, 'model.safetensors'), safetensorsBytes(header, data))
    const weights = await openWeights(folder)
    expect([...(await weights.read('f32'))]).toEqual([Math.fround(1.1), -2])
    expect([...(await weights.read('f16'))]).toEqual([1, -2, 2 ** -24])
    expect([...(await weights.read('bf16'))]).toEqual([1, -2])
    expect([...(await weights.read('scalar'))]).toEqual([7])
    expect([...(await weights.read('empty'))]).toEqual([])
    await weights.close()
  })

  it('a tensor is put into an array that is there already, and only there', async () => {
    const folder = await temporaryFolder()
    const header = { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }
    await writeFile(join(folder, 'model.safetensors'), safetensorsBytes(header, float32Bytes(1, 2)))
    const weights = await openWeights(folder)
    const memory = new Float32Array([9, 9, 9, 9])
    const into = memory.subarray(1, 3)
    expect(await weights.read('a', into)).toBe(into)
    expect([...memory]).toEqual([9, 1, 2, 9])
    await expect(weights.read('a', memory)).rejects.toThrow(RangeError)
    await weights.close()
  })

  it('a tensor longer than one read arrives whole', async () => {
    const folder = await temporaryFolder()
    const elements = 5_000_001 // of 2 bytes: more than one piece, and not a multiple of it
    const data = Uint16Array.from({ length: elements }, (_, i) => i % 0x7f80)
    const header = { a: { dtype: 'BF16', shape: [elements], data_offsets: [0, elements * 2] } }
    await writeFile(join(folder, 'model.safetensors'), safetensorsBytes(header, new Uint8Array(data.buffer)))
    const weights = await openWeights(folder)
    const values = await weights.read('a')
    const bits = new Uint32Array(values.buffer)
    expect(bits.every((each, i) => each === (data[i] ?? 0) * 65536)).toBe(true)
    await weights.close()
  })

  it('a tensor that is not there and a type that is not a float are named', async () => {
    const folder = await temporaryFolder()
    const header = { a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }
    await writeFile(join(folder, 'model.safetensors'), safetensorsBytes(header, new Uint8Array(8)))
    const weights = await openWeights(folder)
    await expect(weights.read('b')).rejects.toEqual(refusal('weights/missing-tensor', { tensor: 'b', folder }))
    await expect(weights.read('a')).rejects.toEqual(refusal('weights/unsupported-type', { tensor: 'a', dtype: 'I64' }))
    await weights.close()
  })
})

describe('shards', () => {
  const shard = (name: string, value: number) =>
    safetensorsBytes(
      { __metadata__: { format: 'pt' }, [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } },
      float32Bytes(value),
    )

  async function sharded(): Promise<string> {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'model-00001-of-00002.safetensors'), shard('a', 1))
    await writeFile(join(folder, 'model-00002-of-00002.safetensors'), shard('b', 2))
    const weight_map = { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' }
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: 8 }, weight_map }))
    return folder
  }

  it('are one set of weights', async () => {
    const weights = await openWeights(await sharded())
    expect([...weights.tensors.keys()]).toEqual(['a', 'b'])
    expect(weights.tensors.get('b')).toMatchObject({ file: 'model-00002-of-00002.safetensors', byteLength: 4 })
    expect([...(await weights.read('b'))]).toEqual([2])
    await weights.close()
  })

  it('a single file beside them wins, as in transformers', async () => {
    const folder = await sharded()
    await writeFile(join(folder, 'model.safetensors'), shard('whole', 3))
    const weights = await openWeights(folder)
    expect([...weights.tensors.keys()]).toEqual(['whole'])
    await weights.close()
  })
})

it("Hugging Face's download cache, a folder of links into the model's blobs, is read in place", async () => {
  const model = join(await temporaryFolder(), 'models--owner--name')
  const snapshot = join(model, 'snapshots', 'a'.repeat(40))
  await mkdir(join(model, 'blobs'), { recursive: true })
  await mkdir(snapshot, { recursive: true })
  const header = { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }
  await writeFile(join(model, 'blobs', 'f00d'), safetensorsBytes(header, float32Bytes(5)))
  await symlink('../../blobs/f00d', join(snapshot, 'model.safetensors'))
  const weights = await openWeights(snapshot)
  expect([...(await weights.read('a'))]).toEqual([5])
  expect(join(weights.folder, weights.tensors.get('a')?.file ?? '')).toBe(join(model, 'blobs', 'f00d'))
  await weights.close()
})
