import { InferenceSession, Tensor } from 'onnxruntime-node'
import { withRefusedOutput, runInPlace } from '../engine/5-exec/runInPlace.ts'
import { encodeOnnx, type OnnxGraph } from '../files/onnx.ts'

/** About the matrices of a half-billion-parameter model: 512 tokens through a 1024 × 1024 layer. */
const TOKENS = 512
const WIDTH = 1024
const FLOATING_POINT_OPERATIONS = 2 * TOKENS * WIDTH * WIDTH

const GRAPH: OnnxGraph = {
  nodes: [{ operator: 'MatMul', inputs: ['activations', 'weights'], outputs: ['result'] }],
  inputs: [
    { name: 'activations', type: 'float32', shape: [TOKENS, WIDTH] },
    { name: 'weights', type: 'float32', shape: [WIDTH, WIDTH] },
  ],
  outputs: [{ name: 'result', type: 'float32', shape: [TOKENS, WIDTH] }],
  initializers: [],
}

/** Multiplies matrices for `seconds` as training does. @returns the quickest one's rate in GFLOPS (10⁹ float32 operations a second) */
export async function measureMatmul(seconds = 0.2): Promise<number> {
  const session = await InferenceSession.create(encodeOnnx(withRefusedOutput(GRAPH)), {
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  })
  try {
    const feeds = {
      activations: new Tensor('float32', new Float32Array(TOKENS * WIDTH).fill(0.5), [TOKENS, WIDTH]),
      weights: new Tensor('float32', new Float32Array(WIDTH * WIDTH).fill(0.5), [WIDTH, WIDTH]),
    }
    const places = { result: new Tensor('float32', new Float32Array(TOKENS * WIDTH), [TOKENS, WIDTH]) }
    await runInPlace(session, feeds, places) // touches the memory first
    let quickest = Infinity
    const end = performance.now() + seconds * 1000
    while (performance.now() < end) {
      const start = performance.now()
      await runInPlace(session, feeds, places)
      quickest = Math.min(quickest, performance.now() - start)
    }
    return FLOATING_POINT_OPERATIONS / (quickest / 1000) / 1e9
  } finally {
    await session.release()
  }
}
