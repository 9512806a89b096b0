import type { Handlers } from '../contract/contract.ts'
import type { Electron } from './electron.ts'

/** The handlers, with each project that is opened put among the recent documents of the dock (macOS) or the task bar (Windows). */
export function rememberProjects({ app }: Electron, handlers: Partial<Handlers>): Partial<Handlers> {
  const open = handlers['projects.open']
  if (!open) return handlers
  return {
    ...handlers,
    async 'projects.open'(argument) {
      const project = await open(argument)
      app.addRecentDocument(project.folder)
      return project
    },
  }
}
