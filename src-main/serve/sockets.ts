import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { z } from 'zod'
import { answerCall } from '../contract/answerCall.ts'
import type { Emit, Handlers } from '../contract/contract.ts'
import { readMessage, writeMessage, type CallMessage, type ServerMessage } from '../contract/socketMessage.ts'
import { HEARTBEAT, MAX_CALLS_AT_ONCE, MAX_MESSAGE, MUCH_UNREAD, TOO_MUCH_UNREAD } from './limits.ts'

const callMessage = z.object({ id: z.int(), name: z.string(), argument: z.unknown().optional() })

/** RFC 6455: the other side goes away; the message breaks the rules. */
const GOING_AWAY = 1001
const BAD_MESSAGE = 1008

/** The windows in browsers: the contract's calls from them, its events to all of them. */
export interface Sockets {
  /** Takes over a connection that was let in. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void
  emit: Emit
  close(): void
}

export function openSockets(handlers: Partial<Handlers>, report: (error: unknown) => void): Sockets {
  // Nothing is compressed: it never leaves this computer.
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false })
  const silent = new Set<WebSocket>()
  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      // What it answers is not read just now.
      if (socket.isPaused) continue
      if (silent.has(socket)) socket.terminate()
      silent.add(socket)
      socket.ping()
    }
  }, HEARTBEAT)
  heartbeat.unref()

  server.on('connection', (socket) => {
    socket.on('pong', () => silent.delete(socket))
    // Such as a message that is too large: the connection closes by itself.
    socket.on('error', report)
    socket.on('close', () => silent.delete(socket))
    answerSocket(socket, handlers, report)
  })

  return {
    accept: (request, stream, head) =>
      server.handleUpgrade(request, stream, head, (socket) => void server.emit('connection', socket, request)),
    emit(name, value) {
      const text = writeMessage({ event: name, value })
      for (const socket of server.clients) {
        // Its window connects anew and reads everything again.
        if (socket.bufferedAmount > TOO_MUCH_UNREAD) socket.terminate()
        else if (socket.readyState === socket.OPEN) socket.send(text)
      }
    },
    close() {
      clearInterval(heartbeat)
      for (const socket of server.clients) socket.close(GOING_AWAY)
      server.close()
    },
  }
}

/** Answers a window's calls, and stops listening to it while it has much to read or many calls under way. */
function answerSocket(socket: WebSocket, handlers: Partial<Handlers>, report: (error: unknown) => void): void {
  let callsUnderWay = 0
  const keepPace = (): void => {
    const isBusy = callsUnderWay >= MAX_CALLS_AT_ONCE || socket.bufferedAmount > MUCH_UNREAD
    if (isBusy) socket.pause()
    else if (socket.isPaused) socket.resume()
  }
  const send = (message: ServerMessage): void => {
    if (socket.readyState === socket.OPEN) socket.send(writeMessage(message), keepPace)
  }
  const answer = async ({ id, name, argument }: CallMessage): Promise<void> => {
    callsUnderWay++
    keepPace()
    const answer = await answerCall(handlers, name, argument, report)
    callsUnderWay--
    send({ id, answer })
    keepPace()
  }
  socket.on('message', (data: RawData, isBinary: boolean) => {
    const call = isBinary ? null : readCall(data)
    if (call) answer(call).catch(report)
    else socket.close(BAD_MESSAGE)
  })
}

function readCall(data: RawData): CallMessage | null {
  try {
    return callMessage.safeParse(readMessage((data as Buffer).toString('utf8'))).data ?? null
  } catch {
    return null
  }
}
