import type { ModelSummary } from '../../../src-main/contract/areas/models.ts'
import type { Translation } from '../../i18n/translation.ts'

/** The model that ships with the app has a name in every language; others are called like their folder. */
export const modelName = ({ source, name }: ModelSummary, { text }: Translation): string =>
  source === 'built-in' ? text('train.starter-model') : name
