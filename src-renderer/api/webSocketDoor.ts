import type { Answer } from '../../src-main/contract/answer.ts'
import type { Door } from '../../src-main/contract/client.ts'
import { TuneDeskError } from '../../src-main/contract/error.ts'
import {
  MAX_UPLOAD,
  readMessage,
  SOCKET_PATH,
  UPLOAD_PATH,
  writeMessage,
  type ServerMessage,
} from '../../src-main/contract/socketMessage.ts'

/** Milliseconds until it connects anew, doubled each time up to the longest. */
const FIRST_WAIT = 250
const LONGEST_WAIT = 5_000

interface Waiting {
  resolve(answer: unknown): void
  reject(error: TuneDeskError): void
}

/**
 * The door of `serve`: a web socket to where the page comes from. It connects anew by itself. A call whose connection ends before its answer
 * came fails, since nobody knows whether it was carried out; one that is made while there is no connection fails at once.
 *
 * @throws TuneDeskError serve/connection-lost where the first connection does not come about
 */
export async function openWebSocketDoor(page: { href: string }): Promise<Door> {
  const listeners = new Set<(name: string, value: unknown) => void>()
  const watchers = new Set<(isConnected: boolean) => void>()
  const waiting = new Map<number, Waiting>()
  const address = new URL(SOCKET_PATH, page.href)
  address.protocol = 'ws:'
  let calls = 0
  let wait = FIRST_WAIT
  let socket: WebSocket

  const hear = (data: string): void => {
    const message = readMessage(data) as ServerMessage
    if ('event' in message) for (const listener of listeners) listener(message.event, message.value)
    else {
      waiting.get(message.id)?.resolve(message.answer)
      waiting.delete(message.id)
    }
  }
  const lose = (): void => {
    for (const { reject } of waiting.values()) reject(new TuneDeskError('serve/connection-lost'))
    waiting.clear()
  }
  const connect = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const opening = new WebSocket(address)
      socket = opening
      opening.addEventListener('message', ({ data }) => hear(data as string))
      opening.addEventListener('open', () => {
        wait = FIRST_WAIT
        resolve()
        opening.addEventListener('close', () => {
          lose()
          for (const watcher of watchers) watcher(false)
          void connectAgain()
        })
      })
      opening.addEventListener('error', () => reject(new TuneDeskError('serve/connection-lost')))
    })
  const connectAgain = async (): Promise<void> => {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, wait))
      wait = Math.min(wait * 2, LONGEST_WAIT)
      if (await isConnectedBy(connect())) break
    }
    for (const watcher of watchers) watcher(true)
  }

  await connect()
  return {
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        const id = calls++
        if (socket.readyState !== WebSocket.OPEN) reject(new TuneDeskError('serve/connection-lost'))
        else {
          waiting.set(id, { resolve, reject })
          socket.send(writeMessage({ id, name, argument }))
        }
      }),
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    pathOf: upload,
    watchConnection(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
  }
}

const isConnectedBy = (attempt: Promise<void>): Promise<boolean> =>
  attempt.then(
    () => true,
    () => false,
  )

/** A browser tells nobody where a file lies, so it is copied to where main can read it. @returns the copy's path */
async function upload(file: File): Promise<string> {
  if (file.size > MAX_UPLOAD) throw new TuneDeskError('serve/upload-too-large', { file: file.name, gigabytes: MAX_UPLOAD / 1e9 })
  const address = `${UPLOAD_PATH}?name=${encodeURIComponent(file.name)}`
  const response = await fetch(address, { method: 'POST', body: file }).catch(() => null)
  if (!response) throw new TuneDeskError('serve/upload-failed', { file: file.name, reason: '' })
  const answer = (await response.json().catch(() => null)) as Answer<string> | null
  if (!answer) throw new TuneDeskError('serve/upload-failed', { file: file.name, reason: response.status })
  if (!answer.ok) throw new TuneDeskError(answer.code, answer.parameters)
  return answer.value
}
