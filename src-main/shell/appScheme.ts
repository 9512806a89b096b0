import { headersOf, readPageFiles, type PageFiles } from '../page/pageFiles.ts'
import type { Setup } from './electron.ts'

/** Our page has an origin of its own, which `file://` would not give it. */
const SCHEME = 'app'
export const APP_ORIGIN = `${SCHEME}://tunedesk`

/** Must run before Electron is ready. */
export const declareAppScheme: Setup<void> = ({ protocol }) => {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

/** Serves the files of the window's page. */
export const serveAppScheme: Setup = async ({ protocol }, { renderer }) => {
  const files = await readPageFiles(renderer)
  protocol.handle(SCHEME, ({ url, method }) => answerRequest(files, url, method))
}

/** Node calls the `origin` of every scheme but the web's own "null", so it is not asked. */
export function isAppUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}` === APP_ORIGIN
}

function answerRequest(files: PageFiles, url: string, method: string): Response {
  const { pathname } = new URL(url)
  const content = files.get(pathname)
  if (method !== 'GET' || !isAppUrl(url) || !content) return new Response(null, { status: 404 })
  return new Response(new Uint8Array(content), { headers: headersOf(pathname) })
}
