import { openTokenizer } from '../engine/2-tokens/openTokenizer.ts'
import { openWeights } from '../files/safetensors.ts'
import { describeModel, type ModelSummary } from './model.ts'

/** What a folder's model is, after a look at everything that its use would need. @throws TuneDeskError what is missing or unsupported, by name */
export async function inspectModel(folder: string): Promise<ModelSummary> {
  const summary = await describeModel(folder)
  await (await openWeights(folder)).close()
  await (await openTokenizer(folder)).close()
  return summary
}
