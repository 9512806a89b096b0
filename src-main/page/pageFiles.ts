import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { CONTENT_SECURITY_POLICY } from './contentSecurityPolicy.ts'

/** The built page: path below its folder, with `/` before each part → content. */
export type PageFiles = ReadonlyMap<string, Buffer>

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** Read once: an address is looked up among the files and never becomes a path. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = await Promise.all(
    entries.map(async (entry): Promise<[string, Buffer][]> => {
      const path = join(folder, entry.name)
      if (!entry.isDirectory()) return [[`/${entry.name}`, await readFile(path)]]
      return [...(await readPageFiles(path))].map(([name, content]) => [`/${entry.name}${name}`, content])
    }),
  )
  return new Map(files.flat())
}

/** What every answer with text or a page carries. */
const PAGE_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const

/** @returns the headers of the page's file, by its path */
export const headersOf = (path: string): Record<string, string> => ({
  ...PAGE_HEADERS,
  'Content-Type': CONTENT_TYPES[extname(path)] ?? 'application/octet-stream',
})
