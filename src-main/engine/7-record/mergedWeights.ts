import { openWeights } from '../../files/safetensors.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { modelParameters } from '../4-graph/parameters.ts'
import { adapterName } from '../4-graph/trainedParts.ts'
import type { NamedTensor } from '../6-train/trainableModel.ts'
import { adapterParts, readAdapterWeights, type Adapter } from './adapterFiles.ts'

/**
 * The whole model that an adapter and its base are together, one tensor after another: W + scale · B A where a module has an adapter
 * (peft 0.21, tuners/lora/layer.py, Linear.get_delta_weight), what is trained whole in its place, all else as it is.
 * @param config the base's
 */
export async function* mergedWeights(config: ModelConfig, adapter: Adapter): AsyncGenerator<NamedTensor> {
  const { adapters } = adapterParts(config, adapter)
  const trained = new Map<string, Float32Array>()
  for await (const { name, data } of readAdapterWeights(adapter.folder)) trained.set(name, data)
  const base = await openWeights(adapter.baseFolder)
  try {
    for (const { name, shape } of modelParameters(config)) {
      const data = trained.get(name) ?? (await base.read(name))
      const module = name.replace(/\.weight$/, '')
      const [a, b] = [trained.get(adapterName(module, 'A')), trained.get(adapterName(module, 'B'))]
      if (adapters?.modules.has(module) && a && b) addProduct(data, b, a, adapters)
      yield { name, shape: [...shape], data }
    }
  } finally {
    await base.close()
  }
}

/** W [out, in] += scale · B [out, rank] A [rank, in] */
function addProduct(w: Float32Array, b: Float32Array, a: Float32Array, { rank, scale }: { rank: number; scale: number }): void {
  const width = a.length / rank
  const row = new Float64Array(width)
  for (let start = 0, out = 0; start < w.length; start += width, out++) {
    row.fill(0)
    for (let k = 0; k < rank; k++) {
      const factor = scale * (b[out * rank + k] ?? NaN)
      const from = k * width
      for (let i = 0; i < width; i++) row[i] = (row[i] ?? NaN) + factor * (a[from + i] ?? NaN)
    }
    for (let i = 0; i < width; i++) w[start + i] = (w[start + i] ?? NaN) + (row[i] ?? NaN)
  }
}
