import { checkDemo, openDemo, trainDemo, untrainedAnswer, type Demo } from '../services/demo.ts'
import { describeModel } from '../jobs/model.ts'
import type { JobEvent } from '../jobs/jobs.ts'
import type { RunResult } from '../jobs/runs.ts'
import type { TestOutcome } from '../jobs/tests.ts'
import { checkedRowLines } from './checkView.ts'
import type { Context } from './context.ts'
import { followRun } from './followRun.ts'
import { shellWord } from './invocation.ts'
import { maskLegend } from './maskView.ts'
import { openRunView, type RunView } from './runView.ts'
import { doneLine } from './runSession.ts'
import { shownPath } from './shownPath.ts'
import { listenForStop, STOPPED_EXIT_CODE } from './stopRequest.ts'
import { formatDuration, formatParameterCount } from './terminal/format.ts'
import { printableLine } from './terminal/printable.ts'
import { table } from './terminal/table.ts'
import { READING_WIDTH } from './terminal/terminal.ts'
import { padEnd, truncate } from './terminal/width.ts'
import { wrap } from './terminal/wrap.ts'
import { probeLines, shownAnswer, verdictLines } from './testView.ts'

/** The rows of the sample, trained twice: on the answers, and for comparison on everything. */
export async function showDemo(output: string, context: Context): Promise<void> {
  const { out, message, language } = context
  const say = (lines: readonly string[]): void => lines.forEach((line) => out.line(line))
  const started = performance.now()
  const demo = await openDemo(context.resources)
  const { parameterCount } = await describeModel(demo.model)
  // All of it in one process, which starts and answers while the first part is shown.
  const engine = context.engines.training
  const before = untrainedAnswer(engine, demo)
  before.catch(() => undefined) // thrown where it is awaited
  const screen: Screen = { context, view: null }
  const stop = listenForStop(() => {
    const line = message('train.stopping')
    if (screen.view) screen.view.above([line])
    else out.line(line)
  })
  try {
    say([
      out.colours.bold(message('demo.title')),
      ...prose(message('demo.about', { parameters: formatParameterCount(parameterCount) }), context),
    ])

    say(heading(1, message('demo.mask-title'), context))
    const report = await checkDemo(demo)
    for (const row of report.rows) say([...indented(checkedRowLines(row, 1, context)), ''])
    say([`  ${maskLegend(report.counts, out, message)}`, '', ...indented(prose(message('demo.mask-meaning'), context))])

    say(heading(2, message('demo.train-title'), context))
    say([...sampleLines(message('demo.before'), await before, context)])
    const run = await trainAndShow(demo, output, 'answer', stop.signal, screen)
    if (run.reason === 'stopped') {
      sayStopped(run, context)
      return
    }
    say(['', ...indented([doneLine(run.state, context), ...filesLines(run, context)])])

    say(heading(3, message('demo.test-title'), context))
    const test = await engine.run('test', { run: run.folder, language }, { signal: stop.signal })
    say([...indented(rowLines(test, context)), ...indented(verdictLines(test, context))])

    say(heading(4, message('demo.compare-title'), context))
    say(indented(prose(message('demo.compare-about'), context)))
    const everything = await trainAndShow(demo, `${output}-everything`, 'everything', stop.signal, screen)
    if (everything.reason === 'stopped') {
      sayStopped(everything, context)
      return
    }
    const comparison = await engine.run('test', { run: everything.folder, language }, { signal: stop.signal })
    const leaks = comparison.results.filter(({ probe }) => probe === 'leak')
    say([
      '',
      ...indented(leaks.flatMap((result) => [...probeLines(result, context), ''])),
      ...indented(verdictLines(comparison, context)),
    ])

    say(nextLines(demo, run, (performance.now() - started) / 1000, context))
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error
    context.exitCode = STOPPED_EXIT_CODE
  } finally {
    stop.release()
  }
}

const INDENT = '  '
const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : INDENT + line))
const prose = (text: string, { out }: Context): string[] => wrap(text, Math.min(out.columns(), READING_WIDTH) - INDENT.length)

function heading(number: number, title: string, { out }: Context): string[] {
  const { bold, cyan } = out.colours
  return ['', `${cyan(String(number))} ${bold(title)}`, '']
}

/** An answer of the model while it learns, on one line. */
function sampleLines(when: string, answer: string, context: Context): string[] {
  const { out } = context
  const whenWidth = 16
  const width = Math.min(out.columns(), READING_WIDTH) - INDENT.length - whenWidth - 2
  return [`${INDENT}${out.colours.dim(padEnd(when, whenWidth))}  ${truncate(shownAnswer(answer, context), width)}`]
}

/** What a signal that comes in between must write above. */
interface Screen {
  context: Context
  view: RunView | null
}

async function trainAndShow(
  demo: Demo,
  output: string,
  lossOn: 'answer' | 'everything',
  signal: AbortSignal,
  screen: Screen,
): Promise<RunResult> {
  const { context } = screen
  const view = openRunView(context, 'none')
  screen.view = view
  const followed = followRun()
  const onEvent = (event: JobEvent<'train'>): void => {
    followed.hear(event)
    if (event.kind === 'sample')
      view.above(sampleLines(context.message('demo.after', { epochs: Math.round(event.epoch) }), event.answer, context))
    else if (event.kind !== 'begin') view.show(event)
  }
  try {
    const how = { lossOn, asks: lossOn === 'answer' }
    return await trainDemo(context.engines.training, demo, output, how, { signal, onEvent })
  } catch (error) {
    throw followed.explained(error)
  } finally {
    view.close()
    screen.view = null
  }
}

function filesLines({ folder }: RunResult, { message }: Context): string[] {
  const path = shellWord(shownPath(folder))
  return table(
    [{}, {}],
    [
      [message('train.model'), path],
      [message('train.picture'), `${path}/loss.png`],
    ],
  )
}

/** Both probes of every row. */
const rowLines = ({ results }: TestOutcome, context: Context): string[] =>
  [...results].sort((a, b) => a.row - b.row).flatMap((result) => [...probeLines(result, context), ''])

function sayStopped({ folder }: RunResult, context: Context): void {
  const { out, message, invocation } = context
  out.line()
  out.line(`${message('train.resume-with')}  ${out.colours.cyan(`${invocation} resume ${shellWord(shownPath(folder))}`)}`)
  context.exitCode = STOPPED_EXIT_CODE
}

function nextLines(demo: Demo, { folder }: RunResult, seconds: number, context: Context): string[] {
  const { out, message, language, invocation } = context
  const { bold, cyan, dim } = out.colours
  const path = shellWord(shownPath(folder))
  const question = printableLine(demo.asked.instruct)
  const commands: [string, string][] = [
    [`${invocation} chat ${path}`, message('demo.next-chat', { question })],
    [`${invocation} check rows.json --model starter`, message('demo.next-check')],
    [`${invocation} train rows.json --model starter --preset starter --output runs/mine`, message('demo.next-train')],
    [`${invocation} --help`, message('demo.next-help')],
  ]
  return [
    '',
    bold(message('demo.next-title', { time: formatDuration(seconds, language) })),
    '',
    ...commands.flatMap(([command, meaning]) => [
      `  ${cyan(command)}`,
      ...wrap(meaning, Math.min(out.columns(), READING_WIDTH) - 4).map((line) => `    ${dim(line)}`),
    ]),
  ]
}
