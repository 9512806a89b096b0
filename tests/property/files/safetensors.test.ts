import { fc, test } from '@fast-check/vitest'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { writeFileAtomically } from '../../../src-main/files/atomicFile.ts'
import { openSafetensors } from '../../../src-main/files/readSafetensors.ts'
import { type TensorData, writeSafetensors } from '../../../src-main/files/writeSafetensors.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const shape = fc.array(fc.nat(4), { maxLength: 4 })
const value = fc.integer({ min: 0, max: 0xffff_ffff }) // any bits, NaN and the subnormal among them
const tensor = fc
  .tuple(
    fc.string({ unit: 'binary', maxLength: 20 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
    shape,
    fc.infiniteStream(value),
  )
  .map(([name, shape, values]) => {
    const length = shape.reduce((product, dimension) => product * dimension, 1)
    const bits = Uint32Array.from({ length }, () => values.next().value as number)
    return { name, shape, data: new Float32Array(bits.buffer) }
  })
const tensors = fc.uniqueArray(tensor, { maxLength: 6, selector: ({ name }) => name })
const metadata = fc.dictionary(
  fc.string().filter((key) => key !== '__proto__'),
  fc.string(),
)

test.prop([tensors, metadata], { numRuns: 100 })('what is written in F32 is read back, bit by bit', async (tensors, metadata) => {
  const folder = await temporaryFolder()
  const path = join(folder, 'any.safetensors')
  await writeFileAtomically(path, (write) => writeSafetensors(write, tensors, tensors, { metadata }))
  const file = await openSafetensors(path)
  expect(file.metadata).toEqual(new Map(Object.entries(metadata)))
  expect([...file.tensors.values()].map(({ name, shape }) => ({ name, shape }))).toEqual(
    expect.arrayContaining(tensors.map(({ name, shape }) => ({ name, shape }))),
  )
  const bytes = await readFile(path)
  for (const { name, data } of tensors) {
    const location = file.tensors.get(name)
    if (!location) throw new Error(`${name} is missing`)
    const values = await file.read(location)
    expect(Buffer.from(values.buffer)).toEqual(Buffer.from(data.buffer))
    expect(bytes.subarray(location.offset, location.offset + location.byteLength).equals(Buffer.from(data.buffer))).toBe(true)
  }
  await file.close()
  await rm(folder, { recursive: true })
})

test.prop([tensors, fc.constantFrom('F16' as const, 'BF16' as const)], { numRuns: 50 })(
  'what was rounded to a short type once stays as it is when it is written again',
  async (tensors, dtype) => {
    const folder = await temporaryFolder()
    const save = (name: string, data: TensorData[]) =>
      writeFileAtomically(join(folder, name), (write) => writeSafetensors(write, data, data, { dtype }))
    await save('once', tensors)
    const file = await openSafetensors(join(folder, 'once'))
    const read = await Promise.all(
      tensors.map(async (tensor) => {
        const location = file.tensors.get(tensor.name)
        if (!location) throw new Error(`${tensor.name} is missing`)
        return { ...tensor, data: await file.read(location) }
      }),
    )
    await save('twice', read)
    expect((await readFile(join(folder, 'once'))).equals(await readFile(join(folder, 'twice')))).toBe(true)
    await file.close()
    await rm(folder, { recursive: true })
  },
)
