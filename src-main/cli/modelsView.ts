import type { ModelSummary } from '../contract/areas/models.ts'
import { explain } from '../contract/error.ts'
import type { Context } from './context.ts'
import { shownPath } from './shownPath.ts'
import { formatBytes, formatParameterCount } from './terminal/format.ts'
import { printableLine } from './terminal/printable.ts'
import { table } from './terminal/table.ts'
import { READING_WIDTH } from './terminal/terminal.ts'
import { wrap } from './terminal/wrap.ts'

/** The models as a table, each with its folder below it, and why where one cannot be used. */
export function modelLines(models: readonly ModelSummary[], context: Context): string[] {
  const { out, language, message } = context
  const { bold, dim, yellow } = out.colours
  const columns = [
    { title: message('models.name') },
    { title: message('models.parameters'), align: 'right' as const },
    { title: message('models.size'), align: 'right' as const },
    { title: message('models.license') },
    { title: message('models.projects') },
  ]
  const cells = models.map(({ name, source, problem, parameterCount, size, license, usedBy }) => [
    bold(source === 'built-in' ? 'starter' : printableLine(name)),
    problem ? '–' : formatParameterCount(parameterCount),
    formatBytes(size),
    license === null ? '–' : printableLine(license),
    usedBy.length === 0 ? '–' : usedBy.map(printableLine).join(', '),
  ])
  const [titles = '', ...rows] = table(columns, cells, dim)
  const width = Math.min(out.columns(), READING_WIDTH) - 4
  return [
    titles,
    ...models.flatMap(({ source, folder, problem }, i) => [
      rows[i] ?? '',
      `  ${dim(source === 'built-in' ? message('models.built-in') : shownPath(folder))}`,
      ...(problem
        ? wrap(explain(problem.code, problem.parameters, language).what, width).map(
            (line, j) => `  ${j === 0 ? yellow('!') : ' '} ${line}`,
          )
        : []),
    ]),
  ]
}
