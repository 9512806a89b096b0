import type { Plan } from './areas/projects.ts'
import { PRESETS } from './presets.ts'
import { createSettings, type TrainingSettings } from './trainingSettings.ts'

/**
 * The settings that a project's plan means, every default filled in. The window differs from the Trainer in this, unless the plan says otherwise:
 * it shows an answer each epoch; rows that are held out are evaluated each epoch; checkpoints are none that stay, since a run of the window is kept safe without; and where
 * the best model is wanted, it is saved when it is found.
 * @throws TuneDeskError usage/…, settings/… where settings do not go together
 */
export function planSettings({ preset, settings }: Pick<Plan, 'preset' | 'settings'>, hasHeldOutRows: boolean): TrainingSettings {
  return createSettings({
    sample_each_epoch: true,
    save_strategy: settings.load_best_model_at_end ? 'best' : 'no',
    ...(hasHeldOutRows ? { eval_strategy: 'epoch' } : {}),
    ...PRESETS[preset],
    ...settings,
  })
}
