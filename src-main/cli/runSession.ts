import { peakMemoryOf } from '../contract/peakMemory.ts'
import type { EngineHooks } from '../host/engine.ts'
import type { RunBeginning, RunResult } from '../jobs/runs.ts'
import { findingLines } from './checkView.ts'
import type { Context } from './context.ts'
import { followRun } from './followRun.ts'
import { shellWord } from './invocation.ts'
import { jsonLine } from './jsonLine.ts'
import { shownPath } from './shownPath.ts'
import { openRunView } from './runView.ts'
import { listenForStop, STOPPED_EXIT_CODE } from './stopRequest.ts'
import { formatBytes, formatCount, formatDuration, formatLoss, formatParameterCount, formatRate } from './terminal/format.ts'
import { printableLine } from './terminal/printable.ts'
import { table } from './terminal/table.ts'

/** Carries a run out before a person's eyes, or as lines of JSON, and says how it ended. */
export async function runInTerminal(
  work: (hooks: EngineHooks<'train'>) => Promise<RunResult>,
  json: boolean,
  context: Context,
): Promise<void> {
  const { out, err, message } = context
  const view = json ? null : openRunView(context)
  const followed = followRun()
  const stop = listenForStop(() => {
    const line = message('train.stopping')
    if (view) view.above([line])
    else err.line(line)
  })
  try {
    const result = await work({
      signal: stop.signal,
      onEvent(event) {
        followed.hear(event)
        if (event.kind === 'begin') {
          if (view) view.above(beginningLines(event.run, context))
          else out.line(jsonLine({ event: 'begin', ...event.run }))
        } else if (view) view.show(event)
        else if (event.kind === 'tokenising') return
        else if (event.kind === 'log') out.line(JSON.stringify({ event: 'log', ...event.line }))
        else {
          const { kind, ...rest } = event
          out.line(jsonLine({ event: kind, ...rest }))
        }
      },
    })
    view?.close()
    if (view) for (const line of endLines(result, context)) out.line(line)
    if (result.reason === 'stopped') context.exitCode = STOPPED_EXIT_CODE
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw followed.explained(error)
    context.exitCode = STOPPED_EXIT_CODE // before there was anything to stop
  } finally {
    view?.close()
    stop.release()
  }
}

function beginningLines(
  { folder, modelName, parameterCount, rows, heldOutRows, settings, findings, damaged, memory }: RunBeginning,
  context: Context,
): string[] {
  const { out, message } = context
  const { bold, dim, yellow } = out.colours
  const about = [
    message('unit.rows', { rows }),
    ...(heldOutRows > 0 ? [message('train.held-out', { rows: heldOutRows })] : []),
    settings.max_steps > 0
      ? message('train.steps', { steps: formatCount(settings.max_steps) })
      : message('train.epochs', { epochs: settings.num_train_epochs }),
    message('run.rate', { rate: formatRate(settings.learning_rate) }),
    message(`check.loss-on-${settings.loss_on}`),
  ]
  return [
    bold(message('train.title', { model: printableLine(modelName), parameters: formatParameterCount(parameterCount) })),
    dim(about.join(' · ')),
    dim(message('train.into', { folder: shownPath(folder) })),
    dim(message('train.memory', { needed: formatBytes(memory.needed), available: formatBytes(memory.available) })),
    ...(findings ? findingLines(findings, context) : []),
    ...damaged.map((name) => `${yellow('!')} ${message('train.damaged', { name })}`),
  ]
}

/** That a run is finished, in what time, and how far the loss fell. */
export function doneLine({ trainer, seconds }: RunResult['state'], { out, message, language }: Context): string {
  const { green, bold } = out.colours
  const losses = trainer.log_history.flatMap(({ loss }) => loss ?? [])
  const [first, last] = [losses[0], losses.at(-1)]
  const time = formatDuration(seconds, language)
  const fell = first !== undefined && last !== undefined && losses.length > 1
  const sentence = fell
    ? message('train.done-loss', { time, first: formatLoss(first), last: formatLoss(last) })
    : message('train.done', { time })
  return `${green('✓')} ${bold(sentence)}`
}

function endLines({ reason, state, folder }: RunResult, context: Context): string[] {
  const { out, message, invocation } = context
  const { cyan } = out.colours
  const path = shellWord(shownPath(folder))
  const { global_step, max_steps } = state.trainer
  if (reason === 'stopped') {
    const resume = cyan(`${invocation} resume ${path}`)
    const name = `checkpoint-${global_step}`
    const saved =
      global_step > 0
        ? message('train.stopped', { step: global_step, steps: max_steps, name })
        : message('train.stopped-at-start')
    return ['', saved, `  ${message('train.resume-with')}  ${resume}`]
  }
  const peak = peakMemoryOf(state.trainer.log_history.at(-1) ?? {})
  return [
    '',
    doneLine(state, context),
    '',
    ...table(
      [{}, {}],
      [
        [message('train.model'), path],
        [message('train.picture'), `${path}/loss.png`],
        ...(peak === null
          ? []
          : [[message('train.peak-memory'), message('train.peak-memory-value', { bytes: formatBytes(peak) })]]),
        [message('train.next'), cyan(`${invocation} test ${path}`)],
        ['', cyan(`${invocation} chat ${path}`)],
      ],
    ).map((line) => `  ${line}`),
  ]
}
