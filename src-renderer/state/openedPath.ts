import { DATA_FILE_EXTENSIONS } from '../../src-main/contract/dataFileExtensions.ts'

const DATA_FILE = new RegExp(`\\.(${DATA_FILE_EXTENSIONS.join('|')})$`, 'i')
const PROJECT_FILE = /[\\/]project\.json$/i

/** What a path means that the system asks to open, or that was dropped on the window. */
export type OpenedPath = { kind: 'project'; folder: string } | { kind: 'data'; path: string; name: string }

export function openedPath(path: string): OpenedPath {
  if (PROJECT_FILE.test(path)) return { kind: 'project', folder: path.replace(PROJECT_FILE, '') }
  if (!DATA_FILE.test(path)) return { kind: 'project', folder: path }
  const name = path.split(/[\\/]/).at(-1) ?? path
  return { kind: 'data', path, name: name.replace(DATA_FILE, '') }
}
