import { explain } from '../contract/error.ts'
import type { Electron } from './electron.ts'

/** A window could not be opened, so the system's own box says why. */
export function reportFailedStart({ app, dialog }: Electron, error: unknown): void {
  const language = app.getLocale().startsWith('zh') ? 'zh' : 'en'
  const { what, fix } = explain(
    'internal/unexpected',
    { reason: error instanceof Error ? error.message : String(error) },
    language,
  )
  dialog.showErrorBox('TuneDesk', `${what}\n\n${fix}`)
  app.exit(1)
}
