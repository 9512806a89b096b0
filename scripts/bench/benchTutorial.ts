import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PRESETS, type PresetName } from '../../src-main/contract/presets.ts'
import type { Row } from '../../src-main/contract/row.ts'
import type { Verdict } from '../../src-main/contract/verdict.ts'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { runProbes, type ProbeRow } from '../../src-main/engine/8-infer/probes.ts'
import { answerTokens } from '../../src-main/jobs/expectedAnswer.ts'
import { openDataset } from '../../src-main/jobs/dataset.ts'
import { preparePeers } from '../peers/preparePeers.ts'
import { smollm2 } from '../peers/smollm2.ts'
import { peerOption, roundsOption, type Benchmark, type BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'
import { runPython } from './runMeasured.ts'
import { spread } from './spread.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TUNEDESK = join(ROOT, 'out', 'main', 'tunedesk.js')
const ROWS = join(ROOT, 'resources', 'samples', 'poems')
const STARTER = join(ROOT, 'resources', 'starter-model')

interface TutorialOptions {
  peer: boolean
  rounds: number
}

/** Seconds from the start of the first process. */
interface TutorialRun {
  secondsToTrained: number
  secondsToVerdict: number
  verdict: Pick<Verdict, 'kind' | 'exact' | 'rows'>
}

export interface TutorialResult extends BenchmarkResult {
  model: string
  epochs: number
  sides: { name: string; runs: TutorialRun[] }[]
}

/** What both sides are given. */
interface Tutorial {
  model: string
  preset: PresetName
  epochs: number
  rows: readonly Row[]
}

/** With the tutorial's ten SmolLM2 knows one poem of the two. */
const EPOCHS = 15

/** As a person has it who asks for no more than a passing test. */
const QUICKEST = 'TuneDesk, preset Quick'

/** The tutorial's two poems trained and both probes asked of each, from the start of a process to the verdict, each side in turn. */
async function measure(
  { peer, rounds, tiny }: TutorialOptions & { tiny: boolean },
  say: (line: string) => void,
): Promise<TutorialResult> {
  const peers = peer || !tiny ? preparePeers(say) : null
  const rows = (await openDataset(ROWS)).rows.map(({ row }) => row)
  const tutorial: Tutorial =
    peers && !tiny
      ? { model: await smollm2(peers), preset: 'tutorial', epochs: EPOCHS, rows }
      : { model: STARTER, preset: 'starter', epochs: PRESETS.starter.num_train_epochs, rows }
  const versions: Record<string, string> = {}
  const sides = new Map([
    ['TuneDesk', () => byTuneDesk(tutorial, ['--set', `num_train_epochs=${tutorial.epochs}`])],
    [QUICKEST, () => byTuneDesk({ ...tutorial, preset: 'quick' })],
  ])
  if (peers && peer) sides.set('Trainer', await byTrainer(tutorial, peers.python, versions))

  const found = new Map<string, TutorialRun[]>()
  for (let round = 1; round <= rounds; round++)
    for (const [name, run] of sides) {
      say(`round ${round} of ${rounds}: ${name}`)
      found.set(name, [...(found.get(name) ?? []), await run()])
    }
  return {
    versions,
    model: tiny ? 'The starter model' : 'SmolLM2-135M-Instruct',
    epochs: tutorial.epochs,
    sides: [...found].map(([name, runs]) => ({ name, runs })),
  }
}

/** As a person does it: the program is started to train, and started again to test. */
async function byTuneDesk(
  { model, preset }: Pick<Tutorial, 'model' | 'preset'>,
  settings: readonly string[] = [],
): Promise<TutorialRun> {
  const home = await mkdtemp(join(tmpdir(), 'tunedesk-'))
  try {
    const run = join(home, 'run')
    const started = performance.now()
    const since = (): number => (performance.now() - started) / 1000
    await tunedesk(home, 'train', ROWS, '--model', model, '--preset', preset, ...settings, '--output', run, '--json')
    const secondsToTrained = since()
    const said = await tunedesk(home, 'test', run, '--json')
    const secondsToVerdict = since()
    const { summary } = JSON.parse(said.trim().split('\n').at(-1) ?? '') as { summary: { verdict: Verdict } }
    const { kind, exact, rows } = summary.verdict
    return { secondsToTrained, secondsToVerdict, verdict: { kind, exact, rows } }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function tunedesk(home: string, ...words: string[]): Promise<string> {
  const environment = { ...process.env, TUNEDESK_HOME: home }
  const { stdout } = await promisify(execFile)(process.execPath, [TUNEDESK, ...words], { env: environment, maxBuffer: 2 ** 26 })
  return stdout
}

/** A script with the Trainer that answers the probes at its end. They are judged as ours, behind the clock. */
async function byTrainer(
  { model, preset, epochs, rows }: Tutorial,
  python: string,
  versions: Record<string, string>,
): Promise<() => Promise<TutorialRun>> {
  const tokenizer = await openTokenizer(model)
  const probed = rows.map((row, index): ProbeRow => ({ ...row, row: index, group: 'trained' }))
  const questions: { text: string; max_new_tokens: number }[] = []
  const ask = (question: Pick<Row, 'instruct' | 'input'>, row: Row): string => {
    questions.push({ text: question.instruct + question.input, max_new_tokens: answerTokens(tokenizer, row) })
    return ''
  }
  await runProbes(probed, { answer: (question, row) => Promise.resolve(ask(question, row)) })
  await tokenizer.close()
  const settings = { ...PRESETS[preset], num_train_epochs: epochs }
  const task = { model, rows, settings, questions, threads: availableParallelism() }

  return async () => {
    const started = performance.now()
    const script = runPython<{ secondsToTrained: number; answers: Record<string, string>; versions: Record<string, string> }>
    const run = await script(python, 'measure_tutorial.py', { ...task, started: Date.now() })
    const secondsToVerdict = (performance.now() - started) / 1000
    Object.assign(versions, run.versions)
    const answer = ({ instruct, input }: Pick<Row, 'instruct' | 'input'>) => Promise.resolve(run.answers[instruct + input] ?? '')
    const { kind, exact, rows } = (await runProbes(probed, { answer })).verdict
    return { secondsToTrained: run.secondsToTrained, secondsToVerdict, verdict: { kind, exact, rows } }
  }
}

function table({ model, epochs, sides }: TutorialResult): string {
  const lines = [
    `${model}, ${epochs} epochs.`,
    '',
    formatTable(
      ['with', 'trained after s, quickest', 'median', 'slowest', 'verdict after s, quickest', 'median', 'slowest', 'verdict'],
      sides.map(({ name, runs }) => {
        const spreads = [trainedAfter(runs), verdictAfter(runs)]
        const figures = spreads.flatMap(({ quickest, median, slowest }) => [quickest, median, slowest])
        const verdicts = new Set(runs.map(({ verdict: { kind, exact, rows } }) => `${kind}, ${exact} of ${rows}`))
        return [name, ...figures.map((seconds) => seconds.toFixed(1)), [...verdicts].join('; ')]
      }),
    ),
  ]
  const seconds = (side: string): number => verdictAfter(sides.find(({ name }) => name === side)?.runs ?? []).median
  for (const name of ['TuneDesk', QUICKEST]) {
    const ratio = seconds(name) / seconds('Trainer')
    if (ratio > 0) lines.push('', `${name}: ${ratio.toFixed(2)} × the Trainer's time to the verdict, by the medians.`)
  }
  return lines.join('\n')
}

const trainedAfter = (runs: readonly TutorialRun[]) => spread(runs.map(({ secondsToTrained }) => secondsToTrained))
const verdictAfter = (runs: readonly TutorialRun[]) => spread(runs.map(({ secondsToVerdict }) => secondsToVerdict))

export const tutorialBenchmark: Benchmark<TutorialOptions, TutorialResult> = {
  name: 'tutorial',
  description: "the tutorial's rows trained and tested, from the start of a process to the verdict",
  title: 'Time to a passing test',
  about: `The tutorial's two poems are trained with its settings but for the epochs, the model is saved, and both probes are asked: each poem's question with its input, which it
should answer word for word, and without, when it should not recite the input. TuneDesk is started as the built program, once to train and once to test;
the Trainer is a script that trains, saves and answers in one process. Seconds are from the start of the first process. The same rule judges all sides'
answers: *learned* is a passing test, with the poems that are exact. *TuneDesk* and *Trainer* do the same steps with the same settings; the preset *Quick* trains an adapter
instead, asks after each epoch, and ends as soon as all answers are right.`,
  options: [peerOption('a script with the Hugging Face Trainer'), roundsOption('of each side', 3)],
  measure,
  table,
}
