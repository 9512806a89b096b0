import { createInterface } from 'node:readline'
import { openInBrowser } from '../serve/openInBrowser.ts'
import { serveApp } from '../serve/serveApp.ts'
import { dataFolderOf, projectsFolderOf } from '../services/dataFolder.ts'
import type { Context } from './context.ts'
import { listenForStop } from './stopRequest.ts'

/** Serves the window until somebody stops it, which ends what goes on in an orderly way. */
export async function serveUntilStopped(
  { port, open, json }: { port: number; open: boolean; json: boolean },
  context: Context,
): Promise<void> {
  const { out, err, input, message, engines, resources, page, version } = context
  const { cyan, dim } = out.colours
  const projectsFolder = projectsFolderOf(process.platform, process.env)
  const app = await serveApp({
    version,
    resources,
    page,
    dataFolder: dataFolderOf(process.platform, process.env),
    projectsFolder,
    engines,
    port,
    report: (error) => err.line(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  })
  const stop = listenForStop(() => err.line(message('serve.stopping')))
  const tell = (address: string, sentence: string): void => {
    if (json) out.line(JSON.stringify({ event: 'address', address }))
    else for (const line of [sentence, '', `  ${cyan(address)}`, '']) out.line(line)
  }
  // A line on the input, whether by a person or by a program, asks for another address.
  const lines = createInterface({ input })
  let forget: (() => Promise<void>) | null = null
  try {
    const address = app.newAddress()
    if (open) forget = await openInBrowser(address, projectsFolder)
    tell(address, message(forget ? 'serve.opened' : 'serve.address'))
    if (!json) out.line(dim(message('serve.how')))
    lines.on('line', () => tell(app.newAddress(), message('serve.next-address')))
    await new Promise<void>((resolve) => {
      if (stop.signal.aborted) resolve()
      stop.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    lines.close()
    await forget?.()
    await app.close()
    stop.release()
  }
}
