import { availableParallelism, cpus, totalmem } from 'node:os'
import * as ort from 'onnxruntime-node'

/** What a figure was measured on. */
export const machine = () => ({
  processor: cpus()[0]?.model ?? 'unknown',
  threads: availableParallelism(),
  memory: Math.round(totalmem() / 1e9),
  node: process.version,
  onnxruntime: ort.env.versions.node ?? '',
})
