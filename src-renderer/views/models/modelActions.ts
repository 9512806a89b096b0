import type { ModelSummary } from '../../../src-main/contract/areas/models.ts'
import type { Action } from '../../actions/action.ts'
import type { App } from '../../state/app.svelte.ts'
import { modelName } from './modelName.ts'

/** What can be done with one model of the list. */
export function modelActions(app: App, model: ModelSummary, askDelete: () => void) {
  const { id, folder, source, problem, preset } = model
  const isAdded = (): boolean => source === 'added'
  return {
    use: {
      id: `models.use ${id}`,
      label: 'models.use',
      isEnabled: () => app.project !== null && problem === null && app.project.info.plan.model !== id,
      async run() {
        await app.project?.changePlan({ model: id, preset })
        app.go('train')
      },
    },
    show: {
      id: `models.show ${id}`,
      label: 'models.show',
      // A browser cannot open a folder of this computer.
      isEnabled: () => app.start.surroundings === 'electron',
      run: () => app.client.call('app.showInFolder', { path: folder }),
    },
    remove: {
      id: `models.remove ${id}`,
      label: 'models.remove',
      isEnabled: isAdded,
      async run() {
        await app.client.call('models.remove', { id })
        app.notices.tell(
          'models.removed',
          { name: modelName(model, app.translation) },
          // What cannot be used is not taken into the list again either.
          problem ? undefined : { label: 'app.undo', run: () => app.client.call('models.add', { folder }) },
        )
      },
    },
    delete: { id: `models.delete ${id}`, label: 'models.delete', isEnabled: isAdded, run: askDelete },
  } satisfies Record<string, Action>
}
