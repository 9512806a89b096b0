import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openWeights } from '../../../src-main/files/safetensors.ts'
import { weightsFingerprint } from '../../../src-main/files/weightsFingerprint.ts'
import { goldenFolder } from '../../golden/golden.ts'
import { float32Bytes, safetensorsBytes } from '../../support/safetensorsBytes.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** The weights `a` [2] and `b` [1] in a folder, in one file or in two. */
async function weights(a: [number, number], b: number, files: 1 | 2 = 1): Promise<string> {
  const folder = await temporaryFolder()
  const tensor = (shape: number[], start: number) => ({
    dtype: 'F32',
    shape,
    data_offsets: [start, start + 4 * (shape[0] ?? 0)],
  })
  const write = (name: string, header: object, values: number[]) =>
    writeFile(join(folder, name), safetensorsBytes(header, float32Bytes(...values)))
  if (files === 1) await write('model.safetensors', { b: tensor([1], 0), a: tensor([2], 4) }, [b, ...a])
  else {
    await write('1.safetensors', { a: tensor([2], 0) }, a)
    await write('2.safetensors', { b: tensor([1], 0) }, [b])
    const index = { weight_map: { a: '1.safetensors', b: '2.safetensors' } }
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index))
  }
  return folder
}

describe('the fingerprint of weights', () => {
  it('is that of a copy, however its tensors are spread over files', async () => {
    const fingerprint = await weightsFingerprint(await weights([1, 2], 3))
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(await weightsFingerprint(await weights([1, 2], 3))).toBe(fingerprint)
    expect(await weightsFingerprint(await weights([1, 2], 3, 2))).toBe(fingerprint)
  })

  it('is another one for other numbers, also where the same ones stand in another tensor', async () => {
    const fingerprint = await weightsFingerprint(await weights([1, 2], 3))
    for (const other of [await weights([1, 2], 4), await weights([1, 3], 2)])
      expect(await weightsFingerprint(other)).not.toBe(fingerprint)
  })

  it.each(['beginning', 'middle', 'end'] as const)('sees a change in the %s of a large tensor', async (place) => {
    const folder = await temporaryFolder()
    await cp(goldenFolder('qwen2'), folder, { recursive: true })
    const before = await weightsFingerprint(folder)
    const { tensors, close } = await openWeights(folder)
    await close()
    const [largest] = [...tensors.values()].sort((a, b) => b.byteLength - a.byteLength)
    if (!largest) throw new Error('no tensor')
    expect(largest.byteLength).toBeGreaterThan(3 * 4096)
    const at = { beginning: 0, middle: largest.byteLength / 2, end: largest.byteLength - 1 }[place]
    const path = join(folder, largest.file)
    const bytes = await readFile(path)
    bytes[largest.offset + at] = (bytes[largest.offset + at] ?? 0) ^ 1
    await writeFile(path, bytes)
    expect(await weightsFingerprint(folder)).not.toBe(before)
  })
})
