import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOfAtomicFiles } from '../../../src-main/files/atomicFile.ts'
import { openWeights } from '../../../src-main/files/safetensors.ts'
import type { TensorData } from '../../../src-main/files/writeSafetensors.ts'
import { writeWeights } from '../../../src-main/files/writeWeights.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const tensors = ['d', 'a', 'c', 'b'].map((name, i) => ({ name, shape: [2, 2], data: Float32Array.of(i, i + 0.5, -i, 1 / 3) }))

async function* streamed(data: TensorData[]): AsyncGenerator<TensorData> {
  for (const tensor of data) yield await Promise.resolve(tensor)
}

it("a file of Python's safetensors, read and written again, is the same file byte by byte", async () => {
  const golden = new URL('../../golden/data/qwen2', import.meta.url).pathname
  const folder = await temporaryFolder()
  const weights = await openWeights(golden)
  const heads = [...weights.tensors.values()]
  async function* data(): AsyncGenerator<TensorData> {
    for (const { name, shape } of heads) yield { name, shape, data: await weights.read(name) }
  }
  await writeWeights(folderOfAtomicFiles(folder), heads, data())
  await weights.close()
  const [before, after] = await Promise.all([golden, folder].map((each) => readFile(join(each, 'model.safetensors'))))
  expect(after?.equals(before ?? Buffer.of())).toBe(true)
})

it('weights that fit are one file', async () => {
  const folder = await temporaryFolder()
  await writeWeights(folderOfAtomicFiles(folder), tensors, streamed(tensors), { maxShardSize: 64 })
  expect(await readdir(folder)).toEqual(['model.safetensors'])
  const weights = await openWeights(folder)
  expect([...weights.tensors.keys()]).toEqual(['d', 'a', 'c', 'b'])
  for (const { name, data } of tensors) expect([...(await weights.read(name))]).toEqual([...data])
  await weights.close()
})

it('weights that do not fit are shards with an index, as transformers writes it', async () => {
  const folder = await temporaryFolder()
  await writeWeights(folderOfAtomicFiles(folder), tensors, streamed(tensors), { maxShardSize: 47 })
  expect((await readdir(folder)).sort()).toEqual([
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
  ])
  expect(await readFile(join(folder, 'model.safetensors.index.json'), 'utf8')).toBe(`{
  "metadata": {
    "total_parameters": 16,
    "total_size": 64
  },
  "weight_map": {
    "a": "model-00001-of-00002.safetensors",
    "b": "model-00002-of-00002.safetensors",
    "c": "model-00002-of-00002.safetensors",
    "d": "model-00001-of-00002.safetensors"
  }
}
`)
  const weights = await openWeights(folder)
  for (const { name, data } of tensors) expect([...(await weights.read(name))]).toEqual([...data])
  await weights.close()
})

it('a tensor larger than a shard gets a shard of its own', async () => {
  const folder = await temporaryFolder()
  await writeWeights(folderOfAtomicFiles(folder), tensors, streamed(tensors), { maxShardSize: 1, dtype: 'F16' })
  expect(await readdir(folder)).toHaveLength(5)
  const weights = await openWeights(folder)
  expect(weights.tensors.get('b')).toMatchObject({ dtype: 'F16', file: 'model-00004-of-00004.safetensors' })
  await weights.close()
})

it('more or fewer tensors than announced are a mistake of the program, and the source is closed', async () => {
  const folder = await temporaryFolder()
  let closed = 0
  async function* source(data: TensorData[]): AsyncGenerator<TensorData> {
    try {
      yield* streamed(data)
    } finally {
      closed++
    }
  }
  const output = folderOfAtomicFiles(folder)
  await expect(writeWeights(output, tensors.slice(0, 3), source(tensors))).rejects.toThrow('announced')
  await expect(writeWeights(output, tensors, source(tensors.slice(0, 3)))).rejects.toThrow('announced')
  expect(closed).toBe(2)
})
