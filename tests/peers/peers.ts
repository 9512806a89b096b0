import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { preparePeers, type Peers } from '../../scripts/peers/preparePeers.ts'
import { smollm2 as folderOfSmollm2 } from '../../scripts/peers/smollm2.ts'

const script = (name: string): string => fileURLToPath(new URL(`python/${name}`, import.meta.url))
const MAX_OUTPUT = 2 ** 26

/** The environment that globalSetup.ts made before the first test. */
const peers = (): Peers =>
  preparePeers((line) => {
    throw new Error(`the peers are not prepared: ${line}`)
  })

/** Gives a script of python/ a task, and reads its answer. @throws Error with all that the script said, where it failed */
export async function askPeer<Result>(name: string, task: object): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tunedesk-'))
  try {
    const answer = join(folder, 'answer.json')
    await run(peers().python, [script(name), answer], JSON.stringify(task))
    return JSON.parse(await readFile(answer, 'utf8')) as Result
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function run(program: string, words: string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, words, { maxBuffer: MAX_OUTPUT }, (error, _, stderr) => {
      if (error) reject(new Error(`${words[0] ?? ''} failed:\n${stderr}`, { cause: error }))
      else resolve()
    })
    child.stdin?.end(input)
  })
}

/** The new ids of a greedy answer, and their text. */
export interface Answer {
  ids: number[]
  text: string
}

/** As ours shows it: a character whose last bytes never came is left out. */
export const inWholeCharacters = (answers: readonly Answer[] = []): Answer[] =>
  answers.map(({ ids, text }) => ({ ids, text: text.replace(/\ufffd$/, '') }))

/** The folder of SmolLM2-135M-Instruct, which globalSetup.ts made. */
export const smollm2 = (): Promise<string> => folderOfSmollm2(peers())
