import type { RunSummary } from '../../../src-main/contract/areas/runs.ts'
import type { Action } from '../../actions/action.ts'
import { withShortcut } from '../../actions/shortcuts.ts'
import type { App } from '../../state/app.svelte.ts'
import { canKeep, canPause, canResume, isFinished } from './phases.ts'
import type { TrainView } from './trainView.svelte.ts'

/** What can be done with runs. Those that are about a run are about the one that is looked at. */
export function trainActions(app: App, view: TrainView, ask: { discard: () => void; rename: () => void; merge: () => void }) {
  const { client } = app
  const project = view.project.folder
  const of = (id: string): { project: string; run: string } => ({ project, run: id })
  const ofRun = (can: (run: RunSummary) => boolean) => () => view.run !== undefined && can(view.run)
  const onRun = (work: (run: RunSummary) => unknown) => () => (view.run ? work(view.run) : undefined)

  const savePicture = (format: 'png' | 'svg') =>
    onRun(async ({ id }) => {
      const { path } = await client.call('app.choosePlace', { suggestedName: `loss.${format}` })
      if (path === null) return
      await client.call('runs.savePicture', { ...of(id), format, path })
      app.notices.tell(
        'train.picture-saved',
        { path },
        app.start.surroundings === 'electron'
          ? { label: 'app.show-in-folder', run: () => client.call('app.showInFolder', { path }) }
          : undefined,
      )
    })

  return {
    create: { id: 'train.new', label: 'train.new', menu: 'train', run: () => view.select(null) },
    start: {
      ...withShortcut('train.start', app.start.platform),
      label: 'train.start',
      menu: 'train',
      isEnabled: () => (view.project.rows?.count ?? 0) > 0,
      run: async () => view.select((await client.call('runs.start', { project })).id),
    },
    pause: {
      id: 'train.pause',
      label: 'train.pause',
      menu: 'train',
      isEnabled: ofRun(canPause),
      run: onRun(({ id }) => client.call('runs.pause', of(id))),
    },
    keep: {
      id: 'train.keep',
      label: 'train.keep',
      menu: 'train',
      isEnabled: ofRun(canKeep),
      run: onRun(({ id }) => client.call('runs.keep', of(id))),
    },
    resume: {
      id: 'train.resume',
      label: 'train.resume',
      menu: 'train',
      isEnabled: ofRun(canResume),
      run: onRun(({ id }) => client.call('runs.resume', of(id))),
    },
    test: {
      id: 'train.test',
      label: 'train.test',
      menu: 'train',
      isEnabled: ofRun(isFinished),
      run: () => app.go('test'),
    },
    rename: { id: 'train.rename', label: 'train.rename', isEnabled: ofRun(() => true), run: ask.rename },
    merge: {
      id: 'train.merge',
      label: 'train.merge',
      isEnabled: ofRun(({ adapterBytes }) => adapterBytes !== null),
      run: ask.merge,
    },
    discard: { id: 'train.discard', label: 'train.discard', isEnabled: ofRun(() => true), run: ask.discard },
    savePng: {
      id: 'train.save-png',
      label: 'train.save-png',
      isEnabled: ofRun(({ loss }) => loss !== null),
      run: savePicture('png'),
    },
    saveSvg: {
      id: 'train.save-svg',
      label: 'train.save-svg',
      isEnabled: ofRun(({ loss }) => loss !== null),
      run: savePicture('svg'),
    },
  } satisfies Record<string, Action>
}

export type TrainActions = ReturnType<typeof trainActions>
