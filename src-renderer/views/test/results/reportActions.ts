import type { RunId } from '../../../../src-main/contract/areas/runs.ts'
import type { Action } from '../../../actions/action.ts'
import type { App } from '../../../state/app.svelte.ts'
import type { OpenProject } from '../../../state/openProject.svelte.ts'
import { runName } from '../../train/runName.ts'

const ENDINGS = { html: 'html', markdown: 'md', csv: 'csv' } as const

/** Saving the last test of a run, to read it elsewhere. */
export function reportActions(app: App, project: OpenProject, run: RunId, isTested: () => boolean): Action[] {
  const save = async (format: keyof typeof ENDINGS): Promise<void> => {
    const summary = project.runs.find(({ id }) => id === run)
    const name = summary ? runName(summary, app.translation) : run
    const suggestedName = `${app.translation.text('results.file-name', { name })}.${ENDINGS[format]}`
    const { path } = await app.client.call('app.choosePlace', { suggestedName })
    if (path === null) return
    const title = `${project.info.name} · ${name}`
    await app.client.call('tests.save', { project: project.folder, run, format, path, language: app.language, title })
    const show = { label: 'app.show-in-folder', run: () => app.client.call('app.showInFolder', { path }) } as const
    app.notices.tell('results.saved', { path }, app.start.surroundings === 'electron' ? show : undefined)
  }
  return (['html', 'markdown', 'csv'] as const).map((format) => ({
    id: `test.export-${format}`,
    label: `results.export-${format}` as const,
    isEnabled: isTested,
    run: () => save(format),
  }))
}
