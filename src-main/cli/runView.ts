import { explain } from '../contract/error.ts'
import type { TrainingEvent } from '../engine/6-train/runRecorder.ts'
import type { JobEvent } from '../jobs/jobs.ts'
import { warningProblem } from '../jobs/warningProblem.ts'
import type { Context } from './context.ts'
import { formatCount, formatDuration, formatLoss, formatRate } from './terminal/format.ts'
import { lineChart, type ChartPoint } from './terminal/lineChart.ts'
import { openLiveRegion } from './terminal/liveRegion.ts'
import { progressLine } from './terminal/progressLine.ts'
import { READING_WIDTH } from './terminal/terminal.ts'
import { wrap } from './terminal/wrap.ts'

const CHART_HEIGHT = 12
/** Two empty lines, the bar, the cursor. */
const ROWS_BESIDE_CHART = 4
/** Where nobody watches, a line now and then says that it goes on, whatever is logged. */
const PLAIN_INTERVAL_MS = 10_000

/** Shows a run while it goes: a curve and a bar that move, or plain lines where the output is no terminal. */
export interface RunView {
  show(event: Exclude<JobEvent<'train'>, { kind: 'begin' }>): void
  /** Writes lines that stay, above what moves. */
  above(lines: string[]): void
  close(): void
}

type Progress = Extract<TrainingEvent, { kind: 'progress' }>

/** @param logs where the output is no terminal: a line for each line of the log, or only signs of life */
export function openRunView(context: Context, logs: 'all' | 'none' = 'all', clock: () => number = Date.now): RunView {
  const { out, message } = context
  const { cyan, yellow, dim } = out.colours
  const region = openLiveRegion(out, clock)
  const losses: ChartPoint[] = []
  const heldOutLosses: ChartPoint[] = []
  let progress: Progress | null = null
  let preparing = message('run.preparing')
  let epochs = 1
  let steps = 0
  let evaluating: string | null = null
  let saidAt = clock()

  const stepOf = (step: number): string => message('run.step', { step: formatCount(step), steps: formatCount(steps) })
  const parts = (loss = losses.at(-1)?.y): string[] => {
    if (progress === null) return [preparing]
    const heldOutLoss = heldOutLosses.at(-1)
    return [
      stepOf(progress.step),
      ...(evaluating === null ? [] : [evaluating]),
      ...(loss === undefined ? [] : [message('run.loss', { loss: formatLoss(loss) })]),
      ...(heldOutLoss ? [yellow(message('run.held-out-loss', { loss: formatLoss(heldOutLoss.y) }))] : []),
      message('run.left', { time: formatDuration(progress.secondsLeft, context.language) }),
      message('run.epoch', { epoch: Number(progress.epoch.toFixed(1)), epochs }),
      message('run.speed', { tokens: formatCount(progress.tokensPerSecond) }),
    ]
  }
  const draw = (now = false): void =>
    region.draw(() => {
      const width = Math.min(out.columns(), READING_WIDTH)
      const frame = {
        width: width - 2,
        height: CHART_HEIGHT,
        maxX: epochs,
        yTitle: message('run.chart-y'),
        xTitle: message('run.chart-x'),
      }
      const share = progress ? progress.step / progress.maxSteps : 0
      const series = [
        { points: losses, colour: cyan },
        { points: heldOutLosses, colour: yellow },
      ]
      const progressBar = progressLine(share, parts(), width, out.colours)
      // Lines that have left the screen at its top cannot be drawn anew.
      if (out.rows() < CHART_HEIGHT + ROWS_BESIDE_CHART) return ['', progressBar]
      return ['', ...lineChart(series, frame, dim), '', progressBar]
    }, now)
  const say = (line: string): void => {
    if (out.interactive) return
    out.line(line)
    saidAt = clock()
  }

  return {
    show(event) {
      switch (event.kind) {
        case 'tokenising':
          preparing = message('run.tokenising', { done: formatCount(event.done), rows: formatCount(event.total) })
          break
        case 'start':
          preparing = message('run.preparing')
          epochs = event.epochs
          steps = event.maxSteps
          break
        case 'progress':
          progress = event
          losses.push({ x: event.epoch, y: event.loss })
          evaluating = null
          if (clock() - saidAt > PLAIN_INTERVAL_MS) say(parts().join('  '))
          break
        case 'evaluating':
          evaluating = message('run.evaluating', { batch: event.batch, batches: event.batches })
          break
        case 'log': {
          const { loss, eval_loss, learning_rate, epoch } = event.line
          if (eval_loss !== undefined) heldOutLosses.push({ x: epoch, y: eval_loss })
          if (logs === 'none') break
          if (loss !== undefined) say([...parts(loss), message('run.rate', { rate: formatRate(learning_rate ?? 0) })].join('  '))
          else if (eval_loss !== undefined)
            say(`${stepOf(event.line.step)}  ${message('run.held-out-loss', { loss: formatLoss(eval_loss) })}`)
          break
        }
        case 'checkpoint':
          if (logs === 'all') say(message('run.saved', { name: `checkpoint-${event.step}` }))
          break
        case 'warning':
          this.above([warningLine(event, context)])
          break
        case 'sample':
        case 'end':
          break
        default:
          event satisfies never
      }
      draw(event.kind === 'end')
    },
    above(lines) {
      if (out.interactive) region.above(lines.flatMap((line) => wrap(line, out.columns())))
      else for (const line of lines) out.line(line)
    },
    close: () => region.close(true),
  }
}

function warningLine({ warning }: Extract<TrainingEvent, { kind: 'warning' }>, { out, language }: Context): string {
  const { code, parameters } = warningProblem(warning)
  return `${out.colours.yellow('!')} ${explain(code, parameters, language).what}`
}
