import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { TuneDeskError } from '../../../src-main/contract/error.ts'
import { CONTENT_SECURITY_POLICY } from '../../../src-main/page/contentSecurityPolicy.ts'
import { MAX_CALLS_AT_ONCE } from '../../../src-main/serve/limits.ts'
import { openServer } from '../../../src-main/serve/openServer.ts'
import { callOver, openTestServer } from '../../support/openTestServer.ts'

const PROJECT = { folder: '/poems', name: '诗', plan: { model: 'starter', preset: 'starter' as const, settings: {} } }

describe('the address that is printed', () => {
  it('lets a browser in: it gets a cookie that no script and no other site can use, and the page', async () => {
    const server = await openTestServer()
    const { pathname, search, hostname } = new URL(server.newAddress())
    expect(hostname).toBe('127.0.0.1')
    const { status, headers, body } = await server.ask(pathname + search)
    expect(status).toBe(200)
    expect(body).toContain('content="0;url=/"')
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(cookie.split('; ').slice(1)).toEqual(['HttpOnly', 'SameSite=Strict', 'Path=/'])
    const page = await server.ask('/', { headers: { Cookie: cookie.split(';')[0] ?? '' } })
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>the page</title>' })
  })

  it('works once: another browser that has it, too, is not let in', async () => {
    const server = await openTestServer()
    const { pathname, search } = new URL(server.newAddress())
    await server.ask(pathname + search)
    expect((await server.ask(pathname + search)).status).toBe(403)
  })

  it('may be opened again in the browser that it let in', async () => {
    const server = await openTestServer()
    const { pathname, search } = new URL(server.newAddress())
    const { headers } = await server.ask(pathname + search)
    const Cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    expect((await server.ask(pathname + search, { headers: { Cookie } })).status).toBe(200)
  })

  it('is no longer good once there is a newer one', async () => {
    const server = await openTestServer()
    const { pathname, search } = new URL(server.newAddress())
    server.newAddress()
    expect((await server.ask(pathname + search)).status).toBe(403)
  })

  it('has a token of 256 bits, each time another', async () => {
    const server = await openTestServer()
    const tokens = [server.newAddress(), server.newAddress()].map((address) => new URL(address).searchParams.get('token') ?? '')
    expect(Buffer.from(tokens[0] ?? '', 'base64url')).toHaveLength(32)
    expect(tokens[0]).not.toBe(tokens[1])
  })
})

describe('the page', () => {
  it('has the policy that it has in Electron, and is not kept for the next version', async () => {
    const server = await openTestServer()
    const { headers } = await server.ask('/assets/index.js', { headers: await server.ownHeaders() })
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
  })

  it.each(['en', 'zh'])('says in the browser’s language why it is not shown: %s', async (language) => {
    const server = await openTestServer()
    const { status, body } = await server.ask('/', { headers: { 'Accept-Language': language } })
    expect(status).toBe(403)
    expect(body).toContain(language === 'en' ? 'press Enter for a new address' : '按回车键')
  })
})

describe('the contract over a web socket', () => {
  it('answers calls, each with its own number, in whatever order they are done', async () => {
    let finish = (): void => undefined
    const slow = new Promise<void>((resolve) => (finish = resolve))
    const server = await openTestServer({
      'projects.recent': async () => {
        await slow
        return []
      },
      'projects.create': async () => PROJECT,
    })
    const socket = await server.socket(await server.ownHeaders())
    const first = callOver(socket, 1, 'projects.recent')
    expect(await callOver(socket, 2, 'projects.create', { name: '诗' })).toEqual({ ok: true, value: PROJECT })
    finish()
    expect(await first).toEqual({ ok: true, value: [] })
  })

  it('gives the page of the error book that a handler threw, and checks arguments', async () => {
    const create = vi.fn(() => Promise.reject(new TuneDeskError('projects/not-a-project', { folder: '/x' })))
    const server = await openTestServer({ 'projects.create': create })
    const socket = await server.socket(await server.ownHeaders())
    expect(await callOver(socket, 1, 'projects.create', { name: 'x' })).toEqual({
      ok: false,
      code: 'projects/not-a-project',
      parameters: { folder: '/x' },
    })
    expect(await callOver(socket, 2, 'projects.create', { name: 7 })).toMatchObject({ ok: false, code: 'internal/unexpected' })
    expect(create).toHaveBeenCalledTimes(1)
  })

  it('tells every window what happens', async () => {
    const server = await openTestServer()
    const headers = await server.ownHeaders()
    const sockets = [await server.socket(headers), await server.socket(headers)]
    const heard = sockets.map(
      (socket) => new Promise<string>((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString()))),
    )
    server.emit('projects.changed', PROJECT)
    const told = JSON.stringify({ event: 'projects.changed', value: PROJECT })
    expect(await Promise.all(heard)).toEqual([told, told])
  })

  it('carries out all of very many calls, of which only some go on at the same time', async () => {
    let underWay = 0
    let most = 0
    const server = await openTestServer({
      'projects.create': async () => {
        most = Math.max(most, ++underWay)
        await new Promise((resolve) => setTimeout(resolve, 5))
        underWay--
        return PROJECT
      },
    })
    const socket = await server.socket(await server.ownHeaders())
    socket.setMaxListeners(0)
    // Each as large as what the server reads at once, so that pausing has something to hold back.
    const name = 'x'.repeat(100_000)
    const answers = await Promise.all(Array.from({ length: 300 }, (_, id) => callOver(socket, id, 'projects.create', { name })))
    expect(answers).toHaveLength(300)
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(MAX_CALLS_AT_ONCE + 1)
  })
})

describe('an upload', () => {
  it('becomes a file with the same bytes and the same name', async () => {
    const server = await openTestServer()
    const body = Buffer.from('question,answer\n花,🌸\n')
    const { status, body: answer } = await server.ask(`/upload?name=${encodeURIComponent('我的 样本.csv')}`, {
      method: 'POST',
      headers: await server.ownHeaders(),
      body,
    })
    expect(status).toBe(200)
    const { ok, value } = JSON.parse(answer) as { ok: boolean; value: string }
    expect(ok).toBe(true)
    expect(await readFile(value)).toEqual(body)
    expect(value).toMatch(/[\\/]我的 样本\.csv$/)
  })
})

describe('the server', () => {
  it('is reached from this computer only', async () => {
    const { port } = await openTestServer()
    const others = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    const outside = others.filter(({ internal, family }) => !internal && family === 'IPv4')
    for (const { address } of outside) {
      const refused = new Promise((resolve) => {
        const socket = connect(port, address)
        socket.on('connect', () => resolve('connected'))
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      })
      expect(await refused).toBe('ECONNREFUSED')
    }
    expect((await openTestServer()).newAddress()).toMatch(/^http:\/\/127\.0\.0\.1:/)
  })

  it('says so when its port is taken', async () => {
    const { port } = await openTestServer()
    const second = openServer({ files: new Map(), port, handlers: {}, uploads: '', report: vi.fn() })
    await expect(second).rejects.toMatchObject({ code: 'serve/port-in-use', parameters: { port } })
  })

  it('closes though windows are connected', async () => {
    const server = await openTestServer()
    const socket = await server.socket(await server.ownHeaders())
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await server.close()
    expect(await closed).toBe(1001)
  })
})
