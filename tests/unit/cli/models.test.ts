import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { commandLine, type CommandLineResult } from '../../support/commandLine.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** The command line of a person whose app is kept in a folder of this test alone, with a model of their own. */
async function personWithModel() {
  const home = await temporaryFolder()
  vi.stubEnv('TUNEDESK_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const folder = join(home, 'mine')
  await cp(resolve('resources/starter-model'), folder, { recursive: true })
  const models = (...rest: string[]): Promise<CommandLineResult> => commandLine(['models', ...rest])
  return { home, folder, models }
}

describe('tunedesk models', () => {
  it('lists what each model is and where it is used', async () => {
    const { home, folder, models } = await personWithModel()
    const project = join(home, 'Projects', 'poems')
    await mkdir(project, { recursive: true })
    const plan = { model: folder, preset: 'tutorial', settings: {} }
    await writeFile(join(project, 'project.json'), JSON.stringify({ version: 1, name: '诗', plan }))
    const recentProjects = [{ folder: project, name: '诗', openedAt: new Date(0).toISOString() }]
    await writeFile(join(home, 'settings.json'), JSON.stringify({ recentProjects }))
    await models('add', folder)

    const { code, out } = await models()
    expect(code).toBe(0)
    const [titles, starter, , mine, where] = out.split('\n')
    expect(titles).toMatch(/^model +parameters +size +licence +used in$/)
    expect(starter).toMatch(/^starter +[\d.]+M +[\d.]+ MB +apache-2.0 +–$/)
    expect(mine).toMatch(/^mine +[\d.]+M +[\d.]+ MB +apache-2.0 +诗$/)
    expect(where).toContain(folder)
    expect((await models('--json')).json()).toEqual([
      expect.objectContaining({ id: 'starter', source: 'built-in', license: 'apache-2.0', used_by: [] }),
      expect.objectContaining({ id: folder, name: 'mine', parameter_count: expect.any(Number) as number, used_by: ['诗'] }),
    ])
  })

  it('says what a folder lacks that is no model, and does not add it', async () => {
    const { home, models } = await personWithModel()
    const { code, err } = await models('add', home)
    expect([code, err]).toEqual([1, expect.stringContaining('There is no config.json in')])
    expect((await models('--json')).json()).toHaveLength(1)
  })

  it('takes a model off the list by its name, and leaves its files', async () => {
    const { folder, models } = await personWithModel()
    await models('add', folder)
    expect((await models('remove', 'mine')).out).toContain('mine is off the list')
    expect((await models('--json')).json()).toHaveLength(1)
    expect(await readdir(folder)).toContain('model.safetensors')
  })

  it('deletes only what it lists, and only where somebody agreed', async () => {
    const { folder, models } = await personWithModel()
    await models('add', folder)
    const refused = await models('delete', folder)
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('add --yes')])
    expect(refused.out).toContain('This stays there: README.md, loss.svg')
    expect(await readdir(folder)).toContain('model.safetensors')
    const [line] = (await models('delete', folder, '--yes', '--json')).json()
    expect(line).toMatchObject({ deleted: folder, others: ['README.md', 'loss.svg'] })
    expect((await readdir(folder)).sort()).toEqual(['README.md', 'loss.svg'])
    const gone = await models('delete', 'mine', '--yes')
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('is not among the models')])
  })

  it('never deletes the model that ships with TuneDesk', async () => {
    const { models } = await personWithModel()
    for (const given of ['starter', resolve('resources/starter-model')])
      expect((await models('delete', given, '--yes')).code).toBe(1)
  })

  it('speaks Chinese too', async () => {
    const { models } = await personWithModel()
    expect((await models('--language', 'zh')).out).toContain('TuneDesk 自带')
  })
})
