import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { machine } from './machine.ts'
import { formatTable } from './printTable.ts'
import type { TrainBenchResult } from './train.ts'

const TARGET = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

/** docs/benchmarks.md, anew. */
export function writeBenchmarks(on: ReturnType<typeof machine>, results: readonly TrainBenchResult[]): void {
  const ratio = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(2)} ×`)
  const table = formatTable(
    [
      'workload',
      'tokens',
      'learned',
      'our step',
      "Trainer's step",
      'quicker',
      'quicker to the first step',
      'our memory',
      "of the Trainer's",
      'of matmul',
      'loss differs by',
    ],
    results.map(({ workload, tokens, learned, ours, peer, ratios, shareOfMatmul, lossDifference }) => [
      workload,
      String(tokens),
      String(learned),
      `${ours.quickestStep.toFixed(2)} s`,
      peer ? `${peer.quickestStep.toFixed(2)} s` : '–',
      ratio(ratios?.quickestStep),
      ratio(ratios?.firstStepDone),
      `${(ours.peakMemory / 1e9).toFixed(1)} GB`,
      ratio(ratios?.memory),
      `${Math.round(100 * shareOfMatmul)} %`,
      lossDifference === undefined ? '–' : lossDifference.toExponential(1),
    ]),
  )
  writeFileSync(
    TARGET,
    `# Benchmarks

Made by \`npm run bench train -- --peer --write\`; read the ratios rather than the seconds.

Full fine-tuning in float32 of a model of the shape of Qwen2.5-0.5B (494 million parameters, random weights), against the Hugging Face Trainer
(transformers 5.23, torch 2.15, its default AdamW) on the same token ids, both with ${on.threads} threads, in turn. A step is forward, backward, clipping
and AdamW; the quickest of all is shown. "First step" is from the start of the process. "Of matmul" is a step's arithmetic against
onnxruntime's own matrix product, measured in the same run.

${on.processor}, ${on.threads} threads, ${on.memory} GB; Node ${on.node}, onnxruntime ${on.onnxruntime}.

${table}
`,
  )
}
