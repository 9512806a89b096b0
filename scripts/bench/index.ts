// npm run bench train [-- --peer --workload seed --steps 4 --rounds 2 --tiny --write]; npm run bench matmul
import { parseArgs } from 'node:util'
import { machine } from './machine.ts'
import { benchMatmul } from './matmul.ts'
import { benchTrain } from './train.ts'
import { WORKLOADS, type WorkloadName } from './workloads.ts'
import { writeBenchmarks } from './writeBenchmarks.ts'

const USAGE = `npm run bench train [-- --workload ${Object.keys(WORKLOADS).join('|')}] [--steps N] [--rounds N] [--peer] [--tiny] [--write]
npm run bench matmul [-- --tiny]

--peer runs the Hugging Face Trainer in turn (sets up a Python environment of 4.3 GB once); --write puts the result into docs/benchmarks.md;
--tiny tries the benchmark itself on a small model.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workload: { type: 'string', multiple: true },
    steps: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '2' },
    peer: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const names = Object.keys(WORKLOADS) as WorkloadName[]
const chosen = values.workload ?? names
const workloads = names.filter((name) => chosen.includes(name))
const [steps, rounds] = [Number(values.steps), Number(values.rounds)]
if (chosen.some((name) => !(name in WORKLOADS)) || !(steps >= 2) || !(rounds >= 1)) usage()

if (positionals[0] === 'train') {
  const { peer, tiny } = values
  const results = await benchTrain({ workloads, steps, rounds, peer, tiny })
  process.stdout.write(`${JSON.stringify({ benchmark: 'train', machine: machine(), steps, rounds, results })}\n`)
  if (values.write) writeBenchmarks(machine(), results)
} else if (positionals[0] === 'matmul') {
  const results = await benchMatmul({ tiny: values.tiny })
  process.stdout.write(`${JSON.stringify({ benchmark: 'matmul', machine: machine(), results })}\n`)
} else usage()

function usage(): never {
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}
