import type { ChatTarget } from '../../../../src-main/contract/areas/chat.ts'
import type { RunSummary } from '../../../../src-main/contract/areas/runs.ts'
import type { Translation } from '../../../i18n/translation.ts'
import { runName } from '../../train/runName.ts'

/** What the model that ships with the app is called, wherever a model's id is asked for. */
const STARTER = 'starter'

export const modelName = (id: string, { text }: Translation): string =>
  id === STARTER ? text('test.starter-model') : (id.split(/[\\/]/).findLast((part) => part !== '') ?? id)

export function targetName(target: ChatTarget, runs: readonly RunSummary[], translation: Translation): string {
  if ('model' in target) return modelName(target.model, translation)
  if ('untrained' in target) return translation.text('test.untrained-model')
  const run = runs.find(({ id }) => id === target.run)
  return run ? runName(run, translation) : translation.text('test.run-gone')
}
