import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emit } from '../contract/contract.ts'
import { TuneDeskError } from '../contract/error.ts'
import type { Engines } from '../host/engine.ts'
import { readPageFiles } from '../page/pageFiles.ts'
import { openBackend } from '../services/backend.ts'
import { browserPlatform } from './browserPlatform.ts'
import { openServer } from './openServer.ts'

export interface ServeOptions {
  version: string
  /** The folder of what ships with the app. */
  resources: string
  /** The folder of the built page. */
  page: string
  dataFolder: string
  projectsFolder: string
  engines: Engines
  /** 0: one that is free. */
  port: number
  /** Is told of errors that are in no book, as the log is. */
  report: (error: unknown) => void
}

/** The app in a browser on this computer. */
export interface ServedApp {
  newAddress(): string
  /** Ends what goes on in an orderly way, while the windows can still follow it, and then the server. */
  close(): Promise<void>
}

/** @throws TuneDeskError serve/page-not-built, serve/port-in-use, files/… */
export async function serveApp({ page, port, report, ...context }: ServeOptions): Promise<ServedApp> {
  if (!existsSync(join(page, 'index.html'))) throw new TuneDeskError('serve/page-not-built')
  const files = await readPageFiles(page)
  // The services tell events before there is a server that could carry them.
  let emit: Emit = () => undefined
  const backend = await openBackend({ ...context, platform: browserPlatform(), emit: (name, value) => emit(name, value) })
  const uploads = await mkdtemp(join(tmpdir(), 'tunedesk-'))
  const tell = (error: unknown): void => {
    report(error)
    backend.report(error)
  }
  const server = await openServer({ files, port, handlers: backend.handlers, uploads, report: tell }).catch(
    async (error: unknown) => {
      await backend.close()
      throw error
    },
  )
  emit = server.emit
  return {
    newAddress: server.newAddress,
    async close() {
      await backend.close()
      await server.close()
      await rm(uploads, { recursive: true, force: true })
    },
  }
}
