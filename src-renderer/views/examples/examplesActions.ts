import type { Field } from '../../../src-main/contract/areas/rows.ts'
import type { Action } from '../../actions/action.ts'
import { withShortcut } from '../../actions/shortcuts.ts'
import type { ExamplesTable } from './examplesTable.svelte.ts'
import { stepWords } from './historyWords.ts'
import { addRow, areHeldOut, deleteRows, duplicateRows, exchangeColumns, holdRows, moveRows } from './rowCommands.ts'
import { ROW_LINES } from './rowHeight.svelte.ts'

/** What the view around the table opens. */
export interface ExamplesView {
  find(): void
  replace(): void
  split(): void
  import(): void
  export(): void
  /** Says it to readers of the screen. */
  say(number: number): void
}

const EXCHANGES: readonly (readonly [Field, Field])[] = [
  ['instruct', 'input'],
  ['instruct', 'label'],
  ['input', 'label'],
]

/** What can be done with the examples. */
export interface ExamplesActions {
  add: Action
  undo: Action
  redo: Action
  find: Action
  replace: Action
  split: Action
  import: Action
  export: Action
  duplicate: Action
  remove: Action
  hold: Action
  /** Those of the menu “More”. */
  more: readonly Action[]
  all: readonly Action[]
}

export function createExamplesActions(table: ExamplesTable, view: ExamplesView): ExamplesActions {
  const { app, project } = table
  const { platform } = app.start
  const hasRows = (): boolean => (project.rows?.count ?? 0) > 0
  const hasTargets = (): boolean => table.targets.length > 0
  const count = (): { count: number } => ({ count: table.targets.length })

  const add: Action = { ...withShortcut('rows.add', platform), label: 'examples.add', menu: 'edit', run: () => addRow(table) }
  const undo: Action = {
    ...withShortcut('rows.undo', platform),
    get label() {
      return project.rows?.undo ? 'examples.undo-step' : 'app.undo'
    },
    parameters: () => ({ step: project.rows?.undo ? stepWords(project.rows.undo, app.translation) : '' }),
    menu: 'edit',
    isShortcutOfTextFields: true,
    isEnabled: () => (project.rows?.undo ?? null) !== null,
    run: () => table.undo(),
  }
  const redo: Action = {
    ...withShortcut('rows.redo', platform),
    get label() {
      return project.rows?.redo ? 'examples.redo-step' : 'examples.redo'
    },
    parameters: () => ({ step: project.rows?.redo ? stepWords(project.rows.redo, app.translation) : '' }),
    menu: 'edit',
    isShortcutOfTextFields: true,
    isEnabled: () => (project.rows?.redo ?? null) !== null,
    run: () => table.redo(),
  }
  const duplicate: Action = {
    ...withShortcut('rows.duplicate', platform),
    label: 'examples.duplicate',
    parameters: count,
    menu: 'edit',
    isEnabled: hasTargets,
    run: () => duplicateRows(table),
  }
  const remove: Action = {
    ...withShortcut('rows.delete', platform),
    label: 'examples.delete',
    parameters: count,
    menu: 'edit',
    isShortcutOfTextFields: true,
    isEnabled: hasTargets,
    run: () => deleteRows(table),
  }
  const hold: Action = {
    ...withShortcut('rows.hold', platform),
    get label() {
      return areHeldOut(table) ? 'examples.unhold' : 'examples.hold'
    },
    parameters: count,
    menu: 'edit',
    isEnabled: hasTargets,
    run: () => holdRows(table),
  }
  const find: Action = {
    ...withShortcut('rows.find', platform),
    label: 'examples.find',
    menu: 'edit',
    isEnabled: hasRows,
    run: () => view.find(),
  }
  const replace: Action = {
    ...withShortcut('rows.replace', platform),
    label: 'examples.replace',
    menu: 'edit',
    isEnabled: hasRows,
    run: () => view.replace(),
  }
  const split: Action = { id: 'rows.split', label: 'examples.split', menu: 'edit', isEnabled: hasRows, run: () => view.split() }
  const importFile: Action = {
    ...withShortcut('rows.import', platform),
    label: 'examples.import',
    menu: 'file',
    run: () => view.import(),
  }
  const exportFile: Action = {
    ...withShortcut('rows.export', platform),
    label: 'examples.export',
    menu: 'file',
    isEnabled: hasRows,
    run: () => view.export(),
  }
  const selectAll: Action = {
    ...withShortcut('rows.select-all', platform),
    label: 'examples.select-all',
    menu: 'edit',
    isShortcutOfTextFields: true,
    isEnabled: () => table.count > 0,
    run: () => table.selectAll(),
  }
  const moves = ([-1, 1] as const).map((by): Action => ({
    ...withShortcut(by < 0 ? 'rows.move-up' : 'rows.move-down', platform),
    label: by < 0 ? 'examples.move-up' : 'examples.move-down',
    parameters: count,
    menu: 'edit',
    isShortcutOfTextFields: true,
    isEnabled: hasTargets,
    async run() {
      const number = await moveRows(table, by)
      if (number !== null) view.say(number)
    },
  }))
  const exchanges = EXCHANGES.map(([from, to]): Action => ({
    id: `rows.exchange-${from}-${to}`,
    get label() {
      return table.selection.count > 0 ? 'examples.exchange-selected' : 'examples.exchange-all'
    },
    parameters: () => ({
      from: app.translation.text(`examples.${from}`),
      to: app.translation.text(`examples.${to}`),
      count: table.selection.count,
    }),
    isEnabled: hasRows,
    run: () => exchangeColumns(table, from, to),
  }))
  const heights = ROW_LINES.map((lines): Action => ({
    id: `rows.height-${lines}`,
    label: lines === 'fitting' ? 'examples.height-fitting' : 'examples.height',
    parameters: () => ({ count: lines === 'fitting' ? 0 : lines }),
    menu: 'view',
    isEnabled: () => hasRows() && table.rowHeight.chosen !== lines,
    run: () => table.rowHeight.choose(lines),
  }))

  const more = [duplicate, remove, hold, ...moves, split, replace, ...exchanges, ...heights]
  const all = [add, undo, redo, selectAll, find, importFile, exportFile, ...more]
  return { add, undo, redo, find, replace, split, import: importFile, export: exportFile, duplicate, remove, hold, more, all }
}
