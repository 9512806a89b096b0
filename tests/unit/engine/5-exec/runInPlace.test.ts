import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { REFUSAL, REFUSED_OUTPUT, withRefusedOutput, runInPlace } from '../../../../src-main/engine/5-exec/runInPlace.ts'
import { encodeOnnx } from '../../../../src-main/files/onnx.ts'

const floats = (...values: number[]): Tensor => new Tensor('float32', Float32Array.from(values), [values.length])
const doubled = (): Promise<InferenceSession> =>
  InferenceSession.create(
    encodeOnnx(
      withRefusedOutput({
        nodes: [{ operator: 'Add', inputs: ['x', 'x'], outputs: ['sum'] }],
        initializers: [],
        inputs: [{ name: 'x', type: 'float32', shape: ['N'] }],
        outputs: [{ name: 'sum', type: 'float32', shape: ['N'] }],
      }),
    ),
  )

test('results are where they were wanted', async () => {
  const session = await doubled()
  const sum = floats(0, 0)
  await runInPlace(session, { x: floats(1, 2) }, { sum })
  expect(sum.data).toEqual(Float32Array.of(2, 4))
})

test('the binding refuses a sequence, by which it is kept from copying: where it no longer does, ADR 0026 is to be looked at again', async () => {
  const session = await doubled()
  await expect(session.run({ x: floats(1, 2) }, { sum: floats(0, 0), [REFUSED_OUTPUT]: null })).rejects.toThrow(REFUSAL)
})

test('what goes wrong otherwise is not taken for the end of a good run', async () => {
  const session = await doubled()
  await expect(runInPlace(session, { x: floats(1, 2) }, { sum: floats(0, 0, 0) })).rejects.toThrow(/shape|dimension/i)
})
