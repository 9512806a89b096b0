import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Answer } from '../contract/answer.ts'
import type { Emit, Handlers } from '../contract/contract.ts'
import { TuneDeskError, type Language } from '../contract/error.ts'
import { SOCKET_PATH, UPLOAD_PATH } from '../contract/socketMessage.ts'
import { headersOf, type PageFiles } from '../page/pageFiles.ts'
import { isOurHost, isOurOrigin, openEntrance } from './entrance.ts'
import { entrancePage, refusalPage } from './entrancePage.ts'
import { receiveUpload } from './receiveUpload.ts'
import { openSockets } from './sockets.ts'

/** Nothing but this computer reaches it. */
const LOOPBACK = '127.0.0.1'

export interface ServerOptions {
  files: PageFiles
  /** 0: one that is free. */
  port: number
  handlers: Partial<Handlers>
  /** Where files from the browser go. */
  uploads: string
  /** Is told of what is in no error book. */
  report: (error: unknown) => void
}

export interface Server {
  port: number
  /** An address with a token that is good once. The one before is no longer good. */
  newAddress(): string
  emit: Emit
  close(): Promise<void>
}

/** The window's page and the contract, for browsers on this computer. @throws TuneDeskError serve/port-in-use */
export async function openServer({ files, port: wanted, handlers, uploads, report }: ServerOptions): Promise<Server> {
  const server = createServer()
  await listen(server, wanted)
  const { port } = server.address() as AddressInfo
  const entrance = openEntrance(port)
  const sockets = openSockets(handlers, report)

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answerRequest(request).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        report(error)
        response.destroy()
      },
    )
  })
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const isOurs = urlOf(request).pathname === SOCKET_PATH && isOurOrigin(request, port) && entrance.isInvited(request)
    if (isOurs) sockets.accept(request, stream, head)
    else stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })

  async function answerRequest(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams } = urlOf(request)
    const refusal: Reply = { status: 403, content: refusalPage(languageOf(request)) }
    if (!isOurHost(request.headers.host, port)) return refusal
    if (request.method === 'POST' && pathname === UPLOAD_PATH) {
      if (!isOurOrigin(request, port) || !entrance.isInvited(request)) return refusal
      return takeUpload(request, searchParams.get('name') ?? '', uploads)
    }
    if (request.method !== 'GET') return { status: 405, content: '' }
    const token = searchParams.get('token')
    const cookie = token === null ? null : entrance.redeem(token)
    if (cookie) return { status: 200, content: entrancePage(), headers: { 'Set-Cookie': cookie } }
    if (!entrance.isInvited(request)) return refusal
    // Whoever is in already may open the printed address again.
    if (token !== null) return { status: 200, content: entrancePage() }
    const name = pathname === '/' ? '/index.html' : pathname
    const content = files.get(name)
    return content ? { status: 200, content, headers: headersOf(name) } : { status: 404, content: '' }
  }

  return {
    port,
    newAddress: () => `http://${LOOPBACK}:${port}/?token=${entrance.newToken()}`,
    emit: sockets.emit,
    async close() {
      sockets.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      // Whoever does not go by itself.
      setTimeout(() => server.closeAllConnections(), 1000).unref()
      await closed
    },
  }
}

const listen = (server: ReturnType<typeof createServer>, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new TuneDeskError('serve/port-in-use', { port }, { cause: error }) : error),
    )
    server.listen(port, LOOPBACK, resolve)
  })

/** What follows the method in a request may be anything; what is no address is taken for that of the page. */
function urlOf({ url = '' }: IncomingMessage): URL {
  const base = `http://${LOOPBACK}`
  return new URL(URL.canParse(url, base) ? url : '/', base)
}

const languageOf = ({ headers }: IncomingMessage): Language => (headers['accept-language']?.startsWith('zh') ? 'zh' : 'en')

async function takeUpload(request: IncomingMessage, name: string, folder: string): Promise<Reply> {
  const answer = await receiveUpload(request, name, folder).then(
    (value): Answer<string> => ({ ok: true, value }),
    (error: unknown): Answer<string> => {
      if (!(error instanceof TuneDeskError)) throw error
      return { ok: false, code: error.code, parameters: error.parameters }
    },
  )
  return { status: answer.ok ? 200 : 413, content: JSON.stringify(answer), headers: { 'Content-Type': 'application/json' } }
}

interface Reply {
  status: number
  content: string | Buffer
  headers?: Record<string, string>
}

function send(response: ServerResponse, { status, content, headers = {} }: Reply): void {
  response
    .writeHead(status, {
      ...headersOf('index.html'),
      'Content-Length': Buffer.byteLength(content),
      // It is read from memory on this computer anyway, and the next version must not meet the scripts of this one.
      'Cache-Control': 'no-store',
      ...headers,
    })
    .end(content)
}
