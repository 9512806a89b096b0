import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { OnnxGraph } from '../../files/onnx.ts'

/**
 * onnxruntime-node writes results where it is told to, and then copies every one of them into a new array all the same, at 1 to 2 GB/s
 * (1.30, js/node/src/tensor_helper.cc: OrtValueToNapiValue). It makes these copies in the outputs' order, after the run, and gives up at an output that is
 * no tensor. So the first output of our graphs is an empty sequence: a run that asks for it has written all others when it is refused, and
 * nothing has been copied (ADR 0026). A version that copies nothing, or that can hand over sequences, does no harm.
 */
export const REFUSED_OUTPUT = 'refused'
export const REFUSAL = 'Non tensor type is temporarily not supported.'

/** What `runInPlace` can run. */
export const withRefusedOutput = (graph: OnnxGraph): OnnxGraph => ({
  ...graph,
  nodes: [{ operator: 'SequenceEmpty', inputs: [], outputs: [REFUSED_OUTPUT] }, ...graph.nodes],
  outputs: [{ name: REFUSED_OUTPUT, sequenceOf: 'float32' }, ...graph.outputs],
})

/** @param places where every output that is wanted is to be written */
export async function runInPlace(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  places: Readonly<Record<string, Tensor>>,
): Promise<void> {
  try {
    await session.run(feeds, { ...places, [REFUSED_OUTPUT]: null })
  } catch (error) {
    if (!(error instanceof Error && error.message === REFUSAL)) throw error
  }
}
