import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import type { Context } from '../../../src-main/cli/context.ts'
import { messagesIn } from '../../../src-main/cli/messages/message.ts'
import { openRunView } from '../../../src-main/cli/runView.ts'
import { openTerminal, type OutputStream } from '../../../src-main/cli/terminal/terminal.ts'
import type { TrainingEvent } from '../../../src-main/engine/6-train/runRecorder.ts'
import { inProcessEngines } from '../../support/inProcessEngine.ts'

function contextOn(stream: OutputStream): Context {
  const out = openTerminal(stream, {})
  return {
    out,
    err: out,
    input: new PassThrough(),
    language: 'en',
    message: messagesIn('en'),
    invocation: 'tunedesk',
    engines: inProcessEngines(),
    resources: '',
    page: '',
    version: '0.0.0',
    exitCode: 0,
  }
}

const begin: TrainingEvent = { kind: 'start', step: 0, maxSteps: 4, epochs: 2, rows: 4, heldOutRows: 0, parameters: 100 }
const progress = (step: number): TrainingEvent => ({
  kind: 'progress',
  step,
  maxSteps: 4,
  epoch: step / 2,
  loss: 5 - step,
  gradientNorm: 1,
  learningRate: 5e-5,
  tokensPerSecond: 1234,
  memory: 1e9,
  seconds: step,
  secondsLeft: 90,
})

it('says a line for each line of the log where nobody watches, and that it goes on where nothing is logged for long', () => {
  const stream = new PassThrough()
  let time = 0
  const view = openRunView(contextOn(stream), 'all', () => time)
  view.show(begin)
  view.show(progress(1))
  view.show({ kind: 'log', line: { loss: 4.5, grad_norm: 1, learning_rate: 5e-5, epoch: 0.5, step: 1 } })
  time += 11_000
  view.show(progress(2))
  view.show({ kind: 'log', line: { eval_loss: 2.25, epoch: 1, step: 2 } })
  view.show({ kind: 'checkpoint', step: 2 })
  view.close()
  expect(String(stream.read()).trimEnd().split('\n')).toEqual([
    'step 1/4  loss 4.500  1 min 30 s left  epoch 0.5/2  1,234 tokens/s  learning rate 5e-5',
    'step 2/4  loss 3.000  1 min 30 s left  epoch 1/2  1,234 tokens/s',
    'step 2/4  held-out loss 2.250',
    'saved checkpoint-2',
  ])
})

it('draws a curve and a bar where somebody watches, and the bar alone in a low window', () => {
  const drawn = (rows: number): string[] => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 60, rows })
    const view = openRunView(contextOn(stream))
    view.show(begin)
    view.show(progress(4))
    view.show({ kind: 'end', reason: 'finished', step: 4 })
    view.close()
    const last = String(stream.read()).split('\x1b[J').at(-1) ?? ''
    return stripVTControlCharacters(last).trimEnd().split('\n')
  }
  const high = drawn(30)
  expect(high).toHaveLength(15)
  expect(high[1]).toContain('loss')
  expect(high[14]).toMatch(/^━+ {2}step 4\/4 · loss 1.000/)
  expect(drawn(10)).toHaveLength(2)
})
