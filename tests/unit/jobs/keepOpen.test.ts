import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keepOpen } from '../../../src-main/jobs/keepOpen.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** What is opened is the folder's text; what was opened and closed is written down. */
async function keeper(most = 2) {
  const log: string[] = []
  const kept = keepOpen<{ name: string }>({
    async open(folder) {
      if (folder.endsWith('bad')) throw new Error('cannot be opened')
      log.push(`open ${folder.at(-1)}`)
      return { name: folder }
    },
    async close({ name }) {
      log.push(`close ${name.at(-1)}`)
    },
    dependsOn: /^text$/,
    most,
    idleMilliseconds: 60_000,
  })
  const root = await temporaryFolder()
  return { kept, log, root }
}
const nothing = async (): Promise<void> => undefined

describe('what stays open', () => {
  it('is opened once, for users one after another and at the same time', async () => {
    const { kept, log } = await keeper()
    await Promise.all([kept.use('/a', nothing), kept.use('/a', nothing)])
    await kept.use('/a', nothing)
    expect(log).toEqual(['open a'])
  })

  it('is opened anew when a file that it depends on has changed, and closed only when nobody uses it', async () => {
    const { kept, log, root } = await keeper()
    await writeFile(join(root, 'text'), 'one')
    const sign = root.at(-1) ?? ''
    let done = (): void => undefined
    const first = kept.use(root, () => new Promise<void>((resolve) => (done = resolve)))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await writeFile(join(root, 'other'), 'does not matter')
    await kept.use(root, nothing)
    expect(log).toEqual([`open ${sign}`])
    await writeFile(join(root, 'text'), 'another')
    await kept.use(root, nothing)
    expect(log).toEqual([`open ${sign}`, `open ${sign}`])
    done()
    await first
    expect(log).toEqual([`open ${sign}`, `open ${sign}`, `close ${sign}`])
  })

  it('is so many at most: the one used longest ago is closed', async () => {
    const { kept, log } = await keeper(2)
    for (const folder of ['/a', '/b', '/a', '/c']) await kept.use(folder, nothing)
    expect(log).toEqual(['open a', 'open b', 'open c', 'close b'])
  })

  it('is not what could not be opened: the next one tries again', async () => {
    const { kept } = await keeper()
    await expect(kept.use('/bad', nothing)).rejects.toThrow('cannot be opened')
    await expect(kept.use('/bad', nothing)).rejects.toThrow('cannot be opened')
  })
})
