import type { RunSummary } from '../../../src-main/contract/areas/runs.ts'
import type { Translation } from '../../i18n/translation.ts'

/** A run's name; where nobody gave it one, its number in words. */
export const runName = ({ name }: Pick<RunSummary, 'name'>, { text }: Translation): string =>
  name.startsWith('#') ? text('train.run-number', { number: name.slice(1) }) : name

/** The name of the model that a run began from. */
export const runModelName = ({ model }: Pick<RunSummary, 'model'>, { text }: Translation): string =>
  model.name === 'starter' ? text('train.starter-model') : model.name
