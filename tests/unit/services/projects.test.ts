import { expect, it } from 'vitest'
import { createProjects } from '../../../src-main/services/projects.ts'
import { openSettingsStore } from '../../../src-main/services/settingsStore.ts'
import { refusal } from '../../support/refusal.ts'
import { serviceContext } from '../../support/serviceContext.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** The projects of one program. */
async function program() {
  const context = await serviceContext()
  return createProjects(context, await openSettingsStore(context.dataFolder))
}

it('opens a project in one program at a time, and in another when the first has closed it or has ended', async () => {
  const [one, other] = [await program(), await program()]
  const { folder } = await one.handlers['projects.create']({ name: 'poems' })
  await expect(other.handlers['projects.open']({ folder })).rejects.toEqual(refusal('projects/in-use', { folder }))
  expect(() => other.require(folder)).toThrow()

  await one.handlers['projects.close']({ project: folder })
  expect((await other.handlers['projects.open']({ folder })).name).toBe('poems')
  await expect(one.handlers['projects.open']({ folder })).rejects.toEqual(refusal('projects/in-use'))
  await other.close()
  await one.handlers['projects.open']({ folder })
  await one.close()
})

it('opens a project that is open already in this program as often as it is asked, also at once, and again when it was closed', async () => {
  const { handlers, close } = await program()
  const { folder } = await handlers['projects.create']({ name: 'poems' })
  const open = () => handlers['projects.open']({ folder })
  await Promise.all([open(), open()])
  await handlers['projects.close']({ project: folder })
  await Promise.all([open(), open()])
  await close()
})

it('holds no folder that turns out to be no project', async () => {
  const folder = await temporaryFolder()
  const [one, other] = [await program(), await program()]
  for (const { handlers } of [one, other, one])
    await expect(handlers['projects.open']({ folder })).rejects.toEqual(refusal('projects/not-a-project'))
})
