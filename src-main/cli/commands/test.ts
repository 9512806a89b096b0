import type { Command } from 'commander'
import { verdictSentence } from '../../contract/verdict.ts'
import type { Context } from '../context.ts'
import { jsonLine } from '../jsonLine.ts'
import { listenForStop, STOPPED_EXIT_CODE } from '../stopRequest.ts'
import { formatDuration } from '../terminal/format.ts'
import { openLiveRegion } from '../terminal/liveRegion.ts'
import { progressLine } from '../terminal/progressLine.ts'
import { READING_WIDTH } from '../terminal/terminal.ts'

interface TestOptions {
  data?: string
  json?: boolean
}

export function addTestCommand(program: Command, context: Context): void {
  const { message } = context
  program
    .command('test')
    .description(message('test.description'))
    .argument('<run>', message('argument.run'))
    .option('--data <data>', message('test.option-data'))
    .option('--json', message('option.json'))
    .action(async (run: string, { data, json = false }: TestOptions) => test(run, data, json, context))
}

async function test(run: string, data: string | undefined, json: boolean, context: Context): Promise<void> {
  const { out, err, language, message } = context
  const { testLines } = await import('../testView.ts')
  const region = openLiveRegion(out)
  const started = performance.now()
  const stop = listenForStop(() => {
    if (json) err.line(message('test.stopping'))
    else region.above([message('test.stopping')])
  })
  try {
    const outcome = await context.engines.answers.run(
      'test',
      { run, language, ...(data === undefined ? {} : { data }) },
      {
        signal: stop.signal,
        onEvent({ result, done, total }) {
          if (json) out.line(jsonLine(result))
          else
            region.draw(() => {
              const width = Math.min(out.columns(), READING_WIDTH)
              const secondsLeft = (((performance.now() - started) / 1000) * (total - done)) / done
              const parts = [
                message('test.progress', { done, total }),
                message('run.left', { time: formatDuration(secondsLeft, language) }),
              ]
              return ['', progressLine(done / total, parts, width, out.colours)]
            })
        },
      },
    )
    region.close(false)
    if (json) {
      const { verdict, groups } = outcome
      out.line(jsonLine({ summary: { verdict, sentence: verdictSentence(verdict, language), groups } }))
    } else for (const line of testLines(outcome, context)) out.line(line)
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error
    context.exitCode = STOPPED_EXIT_CODE
  } finally {
    region.close(false)
    stop.release()
  }
}
