import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { openLogFile } from '../../../src-main/files/logFile.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

it('keeps lines in the order they were written', async () => {
  const log = openLogFile(await temporaryFolder())
  for (const line of ['one', 'two', 'three']) log.write(line)
  expect(await log.read()).toEqual(['one', 'two', 'three'])
})

it('beyond a million bytes it begins a new file, keeps the one before and forgets what is older', async () => {
  const folder = await temporaryFolder()
  const log = openLogFile(folder)
  const long = 'x'.repeat(600_000)
  for (const name of ['a', 'b', 'c', 'd', 'e']) log.write(name + long)
  expect((await log.read()).map(([first]) => first)).toEqual(['c', 'd', 'e'])
  expect((await readdir(folder)).sort()).toEqual(['tunedesk.log', 'tunedesk.old.log'])
})
