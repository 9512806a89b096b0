import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Setup } from './electron.ts'

/** Our page has an origin of its own, which `file://` would not give it. */
const SCHEME = 'app'
export const APP_ORIGIN = `${SCHEME}://tunedesk`

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // Svelte makes its elements from templates that the compiler wrote; nothing else may turn text into elements.
  'trusted-types svelte-trusted-html',
].join('; ')

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** Must run before Electron is ready. */
export const declareAppScheme: Setup<void> = ({ protocol }) => {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

/** Serves the files of the window's page. They are read once: an address is looked up among them and never becomes a path. */
export const serveAppScheme: Setup = async ({ protocol }, { renderer }) => {
  const files = await readFolder(renderer)
  protocol.handle(SCHEME, ({ url, method }) => answerRequest(files, url, method))
}

/** @returns path below the folder, with `/` before each part → content */
export async function readFolder(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = await Promise.all(
    entries.map(async (entry): Promise<[string, Buffer][]> => {
      const path = join(folder, entry.name)
      if (!entry.isDirectory()) return [[`/${entry.name}`, await readFile(path)]]
      return [...(await readFolder(path))].map(([name, content]) => [`/${entry.name}${name}`, content])
    }),
  )
  return new Map(files.flat())
}

/** Node calls the `origin` of every scheme but the web's own "null", so it is not asked. */
export function isAppUrl(url: string): boolean {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}` === APP_ORIGIN
}

export function answerRequest(files: ReadonlyMap<string, Buffer>, url: string, method: string): Response {
  const { pathname } = new URL(url)
  const content = files.get(pathname)
  if (method !== 'GET' || !isAppUrl(url) || !content) return new Response(null, { status: 404 })
  return new Response(new Uint8Array(content), {
    headers: {
      'Content-Type': CONTENT_TYPES[extname(pathname)] ?? 'application/octet-stream',
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'X-Content-Type-Options': 'nosniff',
    },
  })
}
