import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { lockFolder } from '../../src-main/files/lock.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const SCRIPT = fileURLToPath(new URL('lockHolder.ts', import.meta.url))

/** A process that tries to take the folder. @returns what it says of it */
async function contend(folder: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, said: said.toString().trim() }
}

test('of processes that want a folder at once, one has it; when it is killed, or stopped and killed, the next has it at once', async () => {
  const folder = await temporaryFolder()
  for (const isStopped of [false, true]) {
    const contenders = await Promise.all([contend(folder), contend(folder), contend(folder)])
    expect(contenders.map(({ said }) => said).sort()).toEqual(['held', 'refused', 'refused'])
    const holder = contenders.find(({ said }) => said === 'held')?.child
    if (isStopped) holder?.kill('SIGSTOP')
    expect(await lockFolder(folder, 300), 'a holder that sleeps still holds').toBeNull()

    const gone = holder && once(holder, 'exit')
    holder?.kill('SIGKILL')
    await gone
    const lock = await lockFolder(folder)
    expect(lock, 'a dead holder holds nothing').not.toBeNull()
    await lock?.release()
  }
})
