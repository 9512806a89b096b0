import type { Mapping, Reading, ImportPreview } from '../contract/areas/imports.ts'
import type { RowsState } from '../contract/areas/rows.ts'
import { TuneDeskError } from '../contract/error.ts'
import type { Row } from '../contract/row.ts'
import type { FileStamp } from '../jobs/imports.ts'
import type { JobEvent } from '../jobs/jobs.ts'
import type { ServiceContext } from './backend.ts'
import type { HandlersOf } from './handlersOf.ts'
import type { OpenProjects } from './projects.ts'

/** What an import needs of a project's rows. */
export interface RowsToImportInto {
  /** Puts rows behind those that are there, or in their place: one step of the history. */
  import(project: string, rows: readonly Row[], options: { mode: 'append' | 'replace' }): Promise<RowsState>
}

/** A file that a person looks at before its rows become the project's. */
interface OpenImport {
  project: string
  path: string
  reading: Reading
  /** As a person wants it; null: as it is recognised. */
  mapping: Mapping | null
  /** The file as it was last read; null until then. */
  stamp: FileStamp | null
  /** Ends what goes on with it. */
  controller: AbortController
}

/**
 * Files on their way into a project. Reading is the work of the engine's process, which may forget a file at any time and reads it again then;
 * here is only kept how it is to be read.
 */
export function createImports(
  { engines, emit }: ServiceContext,
  projects: OpenProjects,
  rows: RowsToImportInto,
): { handlers: HandlersOf<'imports'> } {
  const open = new Map<string, OpenImport>()

  const requireImport = (importId: string): OpenImport => {
    const found = open.get(importId)
    if (!found) throw new TuneDeskError('imports/not-open')
    return found
  }
  /** What is still going on with an import gives way to what is asked of it now. */
  const begin = (entry: OpenImport): AbortSignal => {
    entry.controller.abort()
    entry.controller = new AbortController()
    return entry.controller.signal
  }
  const tellProgress = (importId: string, share: number): void => emit('imports.progress', { importId, share })

  const read = async (importId: string, entry: OpenImport): Promise<ImportPreview> => {
    const signal = begin(entry)
    const { path, reading, mapping } = entry
    const onEvent = ({ share }: { share: number }): void => tellProgress(importId, share)
    const { stamp, preview } = await unlessCancelled(
      signal,
      engines.tokens.run('readImport', { path, reading, mapping }, { onEvent, signal }),
    )
    entry.stamp = stamp
    return { importId, ...preview }
  }
  const forget = (importId: string): void => {
    open.get(importId)?.controller.abort()
    open.delete(importId)
  }

  projects.onClose(async (folder) => {
    for (const [importId, { project }] of open) if (project === folder) forget(importId)
  })

  return {
    handlers: {
      async 'imports.open'({ importId, project, path }) {
        const { folder } = projects.require(project)
        forget(importId)
        const entry = { project: folder, path, reading: {}, mapping: null, stamp: null, controller: new AbortController() }
        open.set(importId, entry)
        try {
          return await read(importId, entry)
        } catch (error) {
          // Nothing can be made of it, and the window has nothing to close.
          if (open.get(importId) === entry) forget(importId)
          throw error
        }
      },
      'imports.configure'({ importId, reading, mapping }) {
        const entry = requireImport(importId)
        if (reading) Object.assign(entry, { reading, mapping: null })
        if (mapping) entry.mapping = mapping
        return read(importId, entry)
      },
      async 'imports.commit'({ importId, mode }) {
        const entry = requireImport(importId)
        const { path, reading, mapping, stamp, project } = entry
        if (!stamp) throw new TuneDeskError('imports/not-open')
        const signal = begin(entry)
        const taken: Row[] = []
        const onEvent = (event: JobEvent<'importRows'>): void => {
          if (event.kind === 'progress') tellProgress(importId, event.share)
          else for (const row of event.rows) taken.push(row)
        }
        const { added, leftOut } = await unlessCancelled(
          signal,
          engines.tokens.run('importRows', { path, reading, mapping, stamp }, { onEvent, signal }),
        )
        projects.require(project)
        const state = await rows.import(project, taken, { mode })
        forget(importId)
        return { added, leftOut, state }
      },
      async 'imports.cancel'({ importId }) {
        forget(importId)
        return null
      },
    },
  }
}

/** What came of work, unless it was asked to stop: however it then ended. @throws imports/cancelled */
async function unlessCancelled<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  const value = await work.catch((error: unknown) => {
    throw signal.aborted ? new TuneDeskError('imports/cancelled', {}, { cause: error }) : error
  })
  if (signal.aborted) throw new TuneDeskError('imports/cancelled')
  return value
}
