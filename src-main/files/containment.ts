import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'
import { cannotRead } from './readFile.ts'

/**
 * Where a name found inside a file of `folder` really leads, links followed.
 * @param name a relative path with `/` between its parts
 * @returns the real absolute path, within the real folder
 * @throws TuneDeskError files/outside-folder for `..`, an absolute path, a drive letter, a backslash, NUL, a URL, or a link that leads out;
 * files/cannot-read when there is no such file
 */
export async function containedPath(folder: string, name: string): Promise<string> {
  if (!isPlainRelativePath(name)) throw outside(name, folder)
  const root = await containmentRoot(folder)
  let real
  try {
    real = await realpath(join(folder, name))
  } catch (error) {
    throw cannotRead(join(folder, name), error)
  }
  if (!isWithin(root, real)) throw outside(name, folder)
  return real
}

/**
 * The real folder that files of `folder` may lie in. It is `folder` itself, except in Hugging Face's download cache, where a model is a folder of
 * links, `models--<owner>--<name>/snapshots/<commit>/x`, into `models--<owner>--<name>/blobs/`: there the model's whole cache folder.
 * @throws TuneDeskError files/not-a-folder
 */
export async function containmentRoot(folder: string): Promise<string> {
  const real = await realFolder(folder)
  const snapshots = dirname(real)
  const model = dirname(snapshots)
  return basename(snapshots) === 'snapshots' && basename(model).startsWith('models--') ? model : real
}

async function realFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder)
    if ((await stat(real)).isDirectory()) return real
  } catch (error) {
    throw new TuneDeskError('files/not-a-folder', { path: folder }, { cause: error })
  }
  throw new TuneDeskError('files/not-a-folder', { path: folder })
}

/** Whether `path` lies inside `folder`; both real and absolute. */
function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** No `..`, `.` or empty part, not absolute on any system, no drive letter or URL (`:`), no backslash, no control character. */
function isPlainRelativePath(name: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (name === '' || /[\u0000-\u001f\u007f\\:]/.test(name)) return false
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

const outside = (path: string, folder: string): TuneDeskError => new TuneDeskError('files/outside-folder', { path, folder })
