import type { Action } from '../actions/action.ts'
import { withShortcut } from '../actions/shortcuts.ts'
import type { App } from '../state/app.svelte.ts'
import { STEPS } from '../state/place.ts'

/** What can be done from everywhere: go somewhere, and change the language. */
export function windowActions(app: App, openPalette: () => void): { palette: Action; all: Action[] } {
  const { platform } = app.start
  const palette: Action = { ...withShortcut('app.palette', platform), label: 'palette.open', menu: 'view', run: openPalette }
  const steps = STEPS.map((step): Action => ({
    ...withShortcut(`go.${step}`, platform),
    label: `action.go-${step}`,
    menu: 'view',
    isEnabled: () => app.project !== null,
    run: () => app.go(step),
  }))
  const all: Action[] = [
    ...steps,
    { id: 'go.models', label: 'action.go-models', menu: 'view', run: () => app.go('models') },
    { ...withShortcut('go.settings', platform), label: 'action.go-settings', menu: 'file', run: () => app.go('settings') },
    { id: 'go.home', label: 'action.go-home', menu: 'file', run: () => app.go('home') },
    palette,
    {
      id: 'app.switch-language',
      label: 'action.switch-language',
      menu: 'view',
      run: () => app.changeSettings({ language: app.language === 'zh' ? 'en' : 'zh' }),
    },
  ]
  return { palette, all }
}

/** What can be done with the project that is open. */
export function projectActions(app: App, rename: () => void): Action[] {
  const isOpen = (): boolean => app.project !== null
  return [
    { id: 'project.rename', label: 'rail.rename', menu: 'file', isEnabled: isOpen, run: rename },
    {
      id: 'project.show-folder',
      label: 'rail.show-folder',
      menu: 'file',
      // A browser cannot open a folder of this computer.
      isEnabled: () => isOpen() && app.start.surroundings === 'electron',
      run: () => app.project && app.client.call('app.showInFolder', { path: app.project.folder }),
    },
    { id: 'project.close', label: 'rail.close-project', menu: 'file', isEnabled: isOpen, run: () => app.closeProject() },
  ]
}
