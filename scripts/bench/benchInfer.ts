import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { ggufOf, llamaCpp } from '../peers/llamaCpp.ts'
import { preparePeers } from '../peers/preparePeers.ts'
import { smollm2 } from '../peers/smollm2.ts'
import { peerOption, roundsOption, type Benchmark, type BenchmarkResult } from './benchmark.ts'
import type { InferMeasurement, InferTask, LlamaCppTask } from './inferMeasurement.ts'
import { formatTable } from './formatTable.ts'
import { runNode, runPython } from './runMeasured.ts'
import { spread } from './spread.ts'

const TEXT = fileURLToPath(new URL('../../ARCHITECTURE.md', import.meta.url))
const TINY_MODEL = fileURLToPath(new URL('../../tests/golden/data/qwen2', import.meta.url))
const SIZE = { textLength: 400, promptLength: 256, newTokens: 64, repeats: 3 }
const TINY_SIZE = { textLength: 20, promptLength: 8, newTokens: 4, repeats: 2 }

/** A side of ours and one of a peer that keeps its weights as precisely. */
const COMPARED = [
  ['TuneDesk, float32', 'transformers, float32'],
  ['TuneDesk, float32', 'llama.cpp, float32'],
  ['TuneDesk, int8', 'llama.cpp, Q8_0'],
] as const
const LLAMA_CPP_TYPES = { float32: 'F32', Q8_0: 'Q8_0' } as const

export interface InferResult extends BenchmarkResult {
  model: string
  promptLength: number
  newTokens: number
  /** Of every round one measurement. */
  sides: { name: string; measurements: InferMeasurement[] }[]
}

interface InferOptions {
  peer: boolean
  rounds: number
}

/** A model opened and asked, each side in a process of its own, in turn: SmolLM2-135M-Instruct, or with `tiny` a model of the tests. */
async function measure(
  { peer, rounds, tiny }: InferOptions & { tiny: boolean },
  say: (line: string) => void,
): Promise<InferResult> {
  const peers = peer || !tiny ? preparePeers(say) : null
  const folder = peers && !tiny ? await smollm2(peers) : TINY_MODEL
  const { textLength, ...size } = tiny ? TINY_SIZE : SIZE
  const ids = await idsOf(folder, textLength)
  const task = { ids, ...size, threads: availableParallelism() }
  const ours = (precision: InferTask['precision']) => () =>
    runNode<InferMeasurement>('measureInfer.ts', { ...task, folder, precision, started: Date.now() } satisfies InferTask)
  const sides = new Map([
    ['TuneDesk, float32', ours('float32')],
    ['TuneDesk, int8', ours('int8')],
  ])
  if (peers && peer) {
    sides.set('transformers, float32', () =>
      runPython(peers.python, 'measure_infer.py', { ...task, folder, started: Date.now() }),
    )
    const llama = llamaCpp(peers, say)
    for (const [name, type] of Object.entries(LLAMA_CPP_TYPES)) {
      const file = await ggufOf(folder, type, peers)
      sides.set(`llama.cpp, ${name}`, () =>
        runNode('measureLlamaCpp.ts', { ...task, llamaCpp: llama, file, started: Date.now() } satisfies LlamaCppTask),
      )
    }
  }

  const found = new Map<string, InferMeasurement[]>()
  for (let round = 1; round <= rounds; round++)
    for (const [name, ask] of sides) {
      say(`round ${round} of ${rounds}: ${name}`)
      found.set(name, [...(found.get(name) ?? []), await ask()])
    }
  return {
    versions: Object.assign({}, ...[...found.values()].flat().map(({ versions }) => versions)) as Record<string, string>,
    model: tiny ? 'A tiny Qwen2' : 'SmolLM2-135M-Instruct',
    promptLength: size.promptLength,
    newTokens: size.newTokens,
    sides: [...found].map(([name, measurements]) => ({ name, measurements })),
  }
}

/** How quickly the prompt is read and tokens are written, and how well the text is known. */
function inferTable(result: InferResult): string {
  const { model, promptLength, newTokens, sides } = result
  const speeds = new Map(
    sides.map(({ name, measurements }) => [
      name,
      {
        prompt: rates(measurements, promptLength, ({ secondsOfPrompt }) => secondsOfPrompt),
        answer: rates(measurements, newTokens, ({ secondsOfAnswer }) => secondsOfAnswer),
        loss: measurements[0]?.loss ?? NaN,
      },
    ]),
  )
  const lines = [
    `${model}, ${promptLength} tokens of a prompt, ${newTokens} of an answer; tokens a second.`,
    '',
    formatTable(
      ['with', 'prompt, quickest', 'median', 'answer, quickest', 'median', 'slowest', 'mean loss of a text'],
      [...speeds].map(([name, { prompt, answer, loss }]) => {
        const figures = [prompt.quickest, prompt.median, answer.quickest, answer.median, answer.slowest]
        return [name, ...figures.map((rate) => rate.toFixed(1)), loss.toFixed(4)]
      }),
    ),
  ]
  const compared = COMPARED.flatMap(([own, peer]) => {
    const [ours, theirs] = [speeds.get(own), speeds.get(peer)]
    if (!ours || !theirs) return []
    const ratio = (of: 'prompt' | 'answer', which: 'quickest' | 'median'): string =>
      `${(ours[of][which] / theirs[of][which]).toFixed(2)} ×`
    return [
      [own, peer, ratio('prompt', 'quickest'), ratio('prompt', 'median'), ratio('answer', 'quickest'), ratio('answer', 'median')],
    ]
  })
  if (compared.length > 0)
    lines.push('', formatTable(['with', 'beside', 'prompt, quickest', 'median', 'answer, quickest', 'median'], compared))
  return lines.join('\n')
}

/** How long it takes until a model is open, and until it says its first token. */
function loadTable(result: InferResult): string {
  return [
    `${result.model}.`,
    '',
    formatTable(
      ['with', 'open after s, quickest', 'median', 'slowest', 'first token after s, quickest', 'median', 'slowest', 'memory, GB'],
      result.sides.map(({ name, measurements }) => {
        const range = (of: (each: InferMeasurement) => number): number[] => {
          const { quickest, median, slowest } = spread(measurements.map(of))
          return [quickest, median, slowest]
        }
        const figures = [
          ...range(({ secondsToOpen }) => secondsToOpen),
          ...range(({ secondsToFirstToken }) => secondsToFirstToken),
        ]
        const memory = Math.max(...measurements.map(({ peakMemory }) => peakMemory)) / 1e9
        return [name, ...[...figures, memory].map((figure) => figure.toFixed(2))]
      }),
    ),
  ].join('\n')
}

function rates(measurements: readonly InferMeasurement[], tokens: number, of: (each: InferMeasurement) => number[]) {
  // A process's first time meets cold memory.
  const { quickest, median, slowest } = spread(measurements.flatMap((each) => of(each).slice(1)))
  return { quickest: tokens / quickest, median: tokens / median, slowest: tokens / slowest }
}

async function idsOf(folder: string, length: number): Promise<number[]> {
  const tokenizer = await openTokenizer(folder)
  const ids = tokenizer.encode(readFileSync(TEXT, 'utf8')).slice(0, length)
  await tokenizer.close()
  return ids
}

const OPTIONS = [peerOption('transformers and llama.cpp'), roundsOption('processes of each side', 3)]

export const inferBenchmark: Benchmark<InferOptions, InferResult> = {
  name: 'infer',
  description: 'a prompt read and an answer written, in float32 and in 8 bits, and what 8 bits lose',
  title: 'Answering',
  about: `A model reads a prompt and writes an answer, greedily and without end, several times in each process, of which the first is not counted.
The columns are tokens a second: of the prompt, all of which are read at once, and of the answer, one after another. The mean loss of a text that the model
did not write says what 8 bits a weight cost: the nearer to float32's the better.`,
  options: OPTIONS,
  measure,
  table: inferTable,
}

export const loadBenchmark: Benchmark<InferOptions, InferResult> = {
  name: 'load',
  description: 'from the start of the process until a model is open and says its first token',
  title: 'Opening a model',
  about: `Seconds from the start of a process (TuneDesk: from its TypeScript sources) until the model is open, and until the first token behind a prompt.
Memory is the most that the process had; pages of a mapped file count while they are in memory.`,
  options: OPTIONS,
  measure,
  table: loadTable,
}
