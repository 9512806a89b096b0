import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lower } from '../../src-main/engine/4-graph/lower.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { inferenceGraph } from '../../src-main/engine/8-infer/inferenceGraph.ts'
import { encodeOnnx, MICROSOFT, type OnnxNode } from '../../src-main/files/onnx.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'
import { FAMILIES, goldenBatch, goldenConfig, goldenFolder, goldenWeights, readGolden } from '../golden/golden.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { askPeer } from './peers.ts'

const NOTHING_WRONG = {}

/** onnxruntime has this operator of its own in ONNX's domain, where ONNX's checker would look for it in vain. */
const inItsOwnDomain = (node: OnnxNode): OnnxNode =>
  node.operator === 'SimplifiedLayerNormalization' ? { ...node, domain: MICROSOFT } : node

test.each(FAMILIES)('every program of a training step of %s is sound ONNX', async (family) => {
  const folder = await temporaryFolder()
  const executor = await createOrtExecutor({ threads: 2 })
  const files: string[] = []
  const decoder = await createDecoder(
    goldenConfig(family),
    {
      ...executor,
      async compile(program) {
        const file = join(folder, `${files.length} ${program.name.replaceAll(/\W+/g, ' ')}.onnx`)
        files.push(file)
        await writeFile(file, encodeOnnx(lower(program)))
        return executor.compile(program)
      },
    },
    goldenWeights(family),
  )
  // A layer's programs are compiled when they are first run.
  const batch = goldenBatch(readGolden(family).batch_rows)
  decoder.recomputesActivations = true
  await decoder.accumulateGradients(batch, 1)
  await decoder.evaluate(batch)
  await decoder.dispose()
  expect(files.length).toBeGreaterThanOrEqual(8)
  expect(await askPeer('check_onnx.py', { files })).toEqual(NOTHING_WRONG)
})

test.each(FAMILIES)('the graph that answers by %s is sound ONNX, and its weights lie where it says', async (family) => {
  const folder = await temporaryFolder()
  await copyFile(join(goldenFolder(family), 'model.safetensors'), join(folder, 'model.safetensors'))
  const weights = await openWeights(folder)
  const config = goldenConfig(family)
  const file = join(folder, 'model.onnx')
  const graph = inferenceGraph(config, weights.tensors, config.maxPositions)
  await writeFile(file, encodeOnnx({ ...graph, nodes: graph.nodes.map(inItsOwnDomain) }))
  await weights.close()
  expect(await askPeer('check_onnx.py', { files: [file] })).toEqual(NOTHING_WRONG)
})
