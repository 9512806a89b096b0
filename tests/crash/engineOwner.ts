// A program with an engine, which a test can kill: trains a run, and says what happens, a line of JSON each.
import { createEngine } from '../../src-main/host/createEngine.ts'
import { forkEngine } from '../../src-main/host/forkEngine.ts'
import type { TrainingRequest } from '../../src-main/jobs/trainingRequest.ts'

const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
const fork = forkEngine()
const engine = createEngine({
  spawn(log) {
    const child = fork(log)
    say({ pid: child.pid })
    return child
  },
})
await engine.run('train', JSON.parse(process.argv[2] ?? '') as TrainingRequest, { onEvent: say })
await engine.close()
