import type { ProjectRow } from '../contract/areas/rows.ts'
import type { HandlersOf } from './handlersOf.ts'
import type { OpenProjects } from './projects.ts'
import { saveRows } from './saveRows.ts'

/** What an export needs of a project's rows. */
interface RowsToExport {
  snapshot(project: string): Promise<{ rows: readonly ProjectRow[] }>
}

/** The rows of open projects as files. */
export function createExports(projects: OpenProjects, rows: RowsToExport): { handlers: HandlersOf<'exports'> } {
  return {
    handlers: {
      async 'exports.rows'({ project, format, path, which, ids }) {
        const { folder } = projects.require(project)
        const wanted = ids ? new Set(ids) : null
        const { rows: all } = await rows.snapshot(folder)
        const chosen = all.filter(
          ({ id, heldOut }) => (which === 'all' || heldOut === (which === 'held-out')) && (wanted?.has(id) ?? true),
        )
        return saveRows(chosen, format, path)
      },
    },
  }
}
