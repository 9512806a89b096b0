import type { Action } from '../../actions/action.ts'
import type { OpenProject } from '../../state/openProject.svelte.ts'
import { ASPECTS, type LearnsView } from './learnsView.svelte.ts'

/** What can be done in step 2, for the palette and the menu. */
export function learnsActions(project: OpenProject, view: LearnsView): { stop: Action; resume: Action; all: Action[] } {
  const hasRows = (): boolean => (project.rows?.count ?? 0) > 0
  const isAnswerOnly = (): boolean => project.learning.overview?.settings.loss_on !== 'everything'
  const isPlain = (): boolean => project.learning.overview?.settings.template !== 'chat'
  const hasTemplate = (): boolean => project.learning.overview?.hasChatTemplate === true
  const stop: Action = {
    id: 'learns.stop',
    label: 'learns.stop',
    isEnabled: () => project.learning.overview?.phase === 'tokenising',
    run: () => project.learning.stop(),
  }
  const resume: Action = {
    id: 'learns.resume',
    label: 'learns.resume',
    isEnabled: () => project.learning.overview?.phase === 'stopped',
    run: () => project.learning.refresh(true),
  }
  const others: Action[] = [
    {
      id: 'learns.loss-on',
      get label() {
        return isAnswerOnly() ? 'learns.action-everything' : 'learns.action-answer'
      },
      isEnabled: hasRows,
      run: () => project.changeSettings({ loss_on: isAnswerOnly() ? 'everything' : 'answer' }),
    },
    {
      id: 'learns.template',
      get label() {
        return isPlain() ? 'learns.action-chat' : 'learns.action-plain'
      },
      isEnabled: () => hasRows() && (hasTemplate() || !isPlain()),
      run: () => project.changeSettings({ template: isPlain() ? 'chat' : 'plain' }),
    },
    ...ASPECTS.map((aspect): Action => ({
      id: `learns.${aspect}`,
      label: `learns.action-${aspect}`,
      menu: 'view',
      isEnabled: hasRows,
      run: () => (view.aspect = aspect),
    })),
  ]
  return { stop, resume, all: [stop, resume, ...others] }
}
