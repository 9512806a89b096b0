import { explain, TuneDeskError } from '../contract/error.ts'
import type { Electron } from './electron.ts'
import { shellLanguage } from './shellLanguage.ts'

/** A window could not be opened, so the system's own box says why. */
export function reportFailedStart({ app, dialog }: Electron, error: unknown): void {
  console.error(error)
  const { code, parameters } =
    error instanceof TuneDeskError
      ? error
      : { code: 'internal/unexpected' as const, parameters: { reason: error instanceof Error ? error.message : String(error) } }
  const { what, fix } = explain(code, parameters, shellLanguage(app, 'system'))
  dialog.showErrorBox('TuneDesk', `${what}\n\n${fix}`)
  app.exit(1)
}
