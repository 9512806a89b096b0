import { report, type BenchResult } from './report.ts'

/** docs/benchmarks.md */
export function benchmarksPage(result: BenchResult): string {
  const { trainer } = result.workloads[0] ?? {}
  return `# Benchmarks

Written by \`npm run bench -- train ${trainer ? '--peer ' : ''}--write\`. Compare numbers of one run on one machine only.

A workload is what one optimizer step gets: *seed* the tutorial's two poems, *zh* eight short questions, *long* four texts of about 510
tokens. Both sides get the same ids and labels, the same weights and settings, and a new process each time, in turn. The time of a step is
everything between two steps: batch, forward and backward pass, clipping, AdamW, log. A process's first step is not counted there; it stands
under "first step done after", from the start of the process, with loading the program (TuneDesk: from its TypeScript sources) and the model.
Memory is the most that the process ever had. "Of the peak" sets the matrix products that a step cannot do without
(\`scripts/bench/neededOperations.ts\`) against what onnxruntime reaches with products alone.

${report(result)}
`
}
