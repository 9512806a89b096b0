import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { createClient, type Client } from '../../../../src-main/contract/client.ts'
import type { Handlers } from '../../../../src-main/contract/contract.ts'
import { openServer, type Server } from '../../../../src-main/serve/openServer.ts'
import { openWebSocketDoor } from '../../../../src-renderer/api/webSocketDoor.ts'

const PROJECT = { folder: '/poems', name: '诗', plan: { model: 'starter', preset: 'starter' as const, settings: {} } }

/** A browser adds the cookie and its page's origin by itself. */
let cookie = ''
let server: Server
class BrowserWebSocket extends NodeWebSocket {
  constructor(address: URL) {
    super(address, { headers: { Cookie: cookie, Origin: `http://${address.host}` } })
  }
}
beforeEach(() => void vi.stubGlobal('WebSocket', BrowserWebSocket))
afterEach(async () => {
  await server.close()
  vi.unstubAllGlobals()
})

async function serve(handlers: Partial<Handlers>, port = 0): Promise<void> {
  server = await openServer({ files: new Map(), port, handlers, uploads: '', report: vi.fn() })
  const { headers } = await fetch(server.newAddress())
  cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
}

const openClient = async (): Promise<Client> =>
  createClient(await openWebSocketDoor({ href: `http://127.0.0.1:${server.port}/#home` }))

describe('the door of a browser', () => {
  it('carries calls, errors of the book, and events', async () => {
    await serve({ 'projects.create': async () => PROJECT })
    const client = await openClient()
    expect(await client.call('projects.create', { name: '诗' })).toEqual(PROJECT)
    await expect(client.call('projects.recent', undefined)).rejects.toMatchObject({ code: 'internal/unexpected' })
    const heard: unknown[] = []
    const stop = client.on('projects.changed', (project) => heard.push(project))
    server.emit('projects.changed', PROJECT)
    await vi.waitFor(() => expect(heard).toEqual([PROJECT]))
    stop()
    server.emit('projects.changed', PROJECT)
    await client.call('projects.create', { name: '诗' })
    expect(heard).toHaveLength(1)
  })

  it('does not open where the browser was not let in', async () => {
    await serve({})
    cookie = ''
    await expect(openClient()).rejects.toMatchObject({ code: 'serve/connection-lost' })
  })

  it('says when the connection is lost, fails what was under way, connects anew by itself, and says so', async () => {
    await serve({ 'projects.recent': () => new Promise(() => undefined) })
    const client = await openClient()
    const connected: boolean[] = []
    client.watchConnection((isConnected) => connected.push(isConnected))
    const underWay = client.call('projects.recent', undefined)
    const failed = expect(underWay).rejects.toMatchObject({ code: 'serve/connection-lost' })
    const { port } = server
    await server.close()
    await failed
    expect(connected).toEqual([false])
    await expect(client.call('projects.recent', undefined), 'nothing is kept for later').rejects.toMatchObject({
      code: 'serve/connection-lost',
    })

    await serve({ 'projects.recent': async () => [] }, port)
    const heard: unknown[] = []
    client.on('projects.changed', (project) => heard.push(project))
    await vi.waitFor(() => expect(connected).toEqual([false, true]), 8_000)
    expect(await client.call('projects.recent', undefined)).toEqual([])
    server.emit('projects.changed', PROJECT)
    await vi.waitFor(() => expect(heard).toEqual([PROJECT]))
  })
})
