import { relative } from 'node:path'
import { printableLine } from './terminal/printable.ts'

/** A path as short as it is clear. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path)
  return printableLine(short === '' || short.startsWith('..') ? path : short)
}
