import { setTimeout as delay } from 'node:timers/promises'
import type { Finding, ProjectRow, RowPage, RowsState } from '../contract/areas/rows.ts'
import type { ServiceContext } from './backend.ts'
import type { HandlersOf } from './handlersOf.ts'
import type { OpenProjects } from './projects.ts'
import { previewReplacement } from './rows/previewReplacement.ts'
import { openRowStore, type NewRow, type RowStore } from './rows/rowStore.ts'
import { createRowViews, type RowViews } from './rows/rowViews.ts'

/** What a window shows at once, many times over. */
const MAX_PAGE = 2_000
/** A page waits for its findings for so many milliseconds: nearly always that is enough, and else nobody sees the wait. */
const WAIT_FOR_FINDINGS = 25

export interface Rows {
  handlers: HandlersOf<'rows'>
  /** All rows at one moment, unfinished ones too. Nobody changes them: another version has other rows. */
  snapshot(project: string): Promise<{ version: number; rows: readonly ProjectRow[] }>
  /**
   * Brings rows.jsonl and splits.json up to date, for whoever reads the folder next.
   * @throws TuneDeskError files/disk-full, files/cannot-write
   */
  flush(project: string): Promise<void>
  findings(project: string): Promise<Finding[]>
  /** Adds rows behind the others, or takes their place, as one step that can be undone. */
  import(project: string, rows: readonly NewRow[], options: { mode: 'append' | 'replace' }): Promise<RowsState>
}

interface OpenRows {
  store: RowStore
  views: RowViews
  /** The version whose findings a window waits for. */
  awaited: number | null
}

export function createRows({ emit }: ServiceContext, projects: OpenProjects): Rows {
  const open = new Map<string, Promise<OpenRows>>()

  const openRows = (project: string): Promise<OpenRows> => {
    const { folder } = projects.require(project)
    const opened = open.get(folder) ?? openStore(folder)
    open.set(folder, opened)
    // What could not be opened is tried again by the next call.
    opened.catch(() => open.delete(folder))
    return opened
  }
  const openStore = async (folder: string): Promise<OpenRows> => {
    const store = await openRowStore({ project: folder, onChange: (state) => emit('rows.changed', state) })
    return { store, views: createRowViews(store.linter), awaited: null }
  }
  projects.onClose(async (folder) => {
    const opened = await open.get(folder)?.catch(() => null)
    open.delete(folder)
    await opened?.store.close()
  })

  const examineAll = async ({ store }: OpenRows): Promise<number> => {
    for (;;) {
      const { list, version } = store
      await store.linter.examine(list)
      if (store.linter.hasExamined(store.list)) return store.list === list ? version : store.version
    }
  }
  /** @returns whether the findings are known in time; where not, the windows are told when they are */
  const examineSoon = async (rows: OpenRows): Promise<boolean> => {
    const { store } = rows
    if (store.linter.hasExamined(store.list)) return true
    const examined = examineAll(rows).then((version) => {
      if (rows.awaited !== null) emit('rows.examined', { project: store.state().project, version })
      rows.awaited = null
      return true
    })
    const isKnown = await Promise.race([examined, delay(WAIT_FOR_FINDINGS, false)])
    if (!isKnown) rows.awaited = store.version
    return isKnown
  }

  return {
    handlers: {
      async 'rows.state'({ project }) {
        const { store } = await openRows(project)
        await store.lookOutside()
        return store.state()
      },
      async 'rows.page'({ project, view, start, end }) {
        const rows = await openRows(project)
        const { store, views } = rows
        const isExamined = await examineSoon(rows)
        const { list, version } = store
        const positions = await views.positionsOf(list, view)
        const page: RowPage = { version, count: positions?.length ?? list.rows.length, start, rows: [], isExamined }
        for (let i = start; i < Math.min(end, page.count, start + MAX_PAGE); i++) {
          const position = positions ? (positions[i] ?? 0) : i
          const row = list.rows[position]
          if (row) page.rows.push({ ...row, position, findings: store.linter.findingsOf(row) })
        }
        return page
      },
      async 'rows.locate'({ project, view, ids }) {
        const { store, views } = await openRows(project)
        const { list } = store
        const positions = await views.positionsOf(list, view)
        const found = Int32Array.from(ids, (id) => indexIn(positions, list.positionOf(id))).sort()
        return [...found].filter((index) => index >= 0)
      },
      async 'rows.ids'({ project, view, start, end }) {
        const { store, views } = await openRows(project)
        const { list } = store
        const positions = await views.positionsOf(list, view)
        if (!positions) return list.rows.slice(start, end).map(({ id }) => id)
        return Array.from(positions.subarray(start, Math.max(start, end)), (position) => list.rows[position]?.id ?? 0)
      },
      'rows.edit': async ({ project, edit }) => (await openRows(project)).store.edit(edit),
      'rows.undo': async ({ project }) => (await openRows(project)).store.undo(),
      'rows.redo': async ({ project }) => (await openRows(project)).store.redo(),
      async 'rows.findings'({ project }) {
        const rows = await openRows(project)
        const version = await examineAll(rows)
        return { version, findings: rows.store.linter.findings() }
      },
      async 'rows.previewReplacement'({ project, ...replacement }) {
        const { store } = await openRows(project)
        return previewReplacement(store.list, replacement)
      },
    },
    async snapshot(project) {
      const { store } = await openRows(project)
      return { version: store.version, rows: store.list.rows }
    },
    flush: async (project) => (await openRows(project)).store.flush(),
    async findings(project) {
      const rows = await openRows(project)
      await examineAll(rows)
      return rows.store.linter.findings()
    },
    import: async (project, rows, { mode }) => (await (await openRows(project)).store.importRows(rows, mode)).state,
  }
}

/** Where a position stands among those of a view; -1 where it is not among them. */
function indexIn(positions: Int32Array | null, position: number): number {
  if (!positions) return position
  let low = 0
  let high = positions.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = positions[middle] ?? 0
    if (found === position) return middle
    if (found < position) low = middle + 1
    else high = middle - 1
  }
  return -1
}
