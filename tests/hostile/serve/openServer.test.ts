import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { MAX_UPLOAD, SOCKET_PATH } from '../../../src-main/contract/socketMessage.ts'
import { MAX_MESSAGE } from '../../../src-main/serve/limits.ts'
import { callOver, openTestServer } from '../../support/openTestServer.ts'

/** What somebody may claim who is not our page in a browser that was let in. The rest is as our page has it. */
const STRANGERS: [who: string, claims: Record<string, string | undefined>][] = [
  ['a page whose own name points here (DNS rebinding)', { Host: 'example.org' }],
  ['a page whose own name points here, on our port', { Host: 'example.org:80' }],
  ['a name that only begins like ours', { Host: '127.0.0.1.example.org' }],
  ['a page from elsewhere', { Origin: 'https://example.org' }],
  ['a page of another program on this computer', { Origin: 'http://127.0.0.1:1' }],
  ['a page without an origin, such as a file', { Origin: 'null' }],
  ['a program that names no page', { Origin: undefined }],
  ['a browser that was not let in', { Cookie: undefined }],
  ['a browser with a made-up cookie', { Cookie: 'tunedesk=1; tunedesk-80=x' }],
]

const claim = (own: Record<string, string>, claims: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...own, ...claims }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )

describe.each(STRANGERS)('%s', (_, claims) => {
  it('gets no web socket', async () => {
    const server = await openTestServer()
    await expect(server.socket(claim(await server.ownHeaders(), claims))).rejects.toThrow('refused with 403')
  })

  it('can upload nothing', async () => {
    const server = await openTestServer()
    const headers = claim(await server.ownHeaders(), claims)
    const answer = await server.ask('/upload?name=x.csv', { method: 'POST', headers, body: 'a,b' })
    expect(answer.status).toBe(403)
    expect(await server.uploads()).toEqual([])
  })

  it('is shown nothing of the page', async () => {
    const server = await openTestServer()
    // A page that a person opens names no origin; reading it from another page is the browser's to refuse, as nothing here allows it.
    if ('Origin' in claims) {
      const answer = await server.ask('/', { headers: claim(await server.ownHeaders(), claims) })
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
      expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin')
      return
    }
    const answer = await server.ask('/index.html', { headers: claim(await server.ownHeaders(), claims) })
    expect(answer.status).toBe(403)
    expect(answer.body).not.toContain('the page')
  })
})

describe('a request', () => {
  it('cannot lead out of the page’s files', async () => {
    const server = await openTestServer()
    const headers = await server.ownHeaders()
    for (const path of [
      '/../package.json',
      '/assets/../../package.json',
      '/%2e%2e/package.json',
      '/..%2fpackage.json',
      '/..\\package.json',
      '//etc/passwd',
      'file:///etc/passwd',
      '/assets',
      '/assets/',
      '/__proto__',
      '/%00',
      '/%',
    ])
      expect([path, (await server.ask(path, { headers })).status]).toEqual([path, 404])
  })

  it.each(['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'])('of another kind is not answered: %s', async (method) => {
    const server = await openTestServer()
    const { status, headers } = await server.ask('/', { method, headers: await server.ownHeaders() })
    expect(status).toBe(405)
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('with a wrong token opens nothing, and does not use up the right one', async () => {
    const server = await openTestServer()
    const { pathname, search } = new URL(server.newAddress())
    for (const token of ['', 'x', 'undefined', 'null', search.slice('?token='.length, -1)])
      expect((await server.ask(`/?token=${token}`)).status).toBe(403)
    expect((await server.ask(pathname + search)).status).toBe(200)
  })

  it('to a foreign host does not use up the token', async () => {
    const server = await openTestServer()
    const { pathname, search } = new URL(server.newAddress())
    expect((await server.ask(pathname + search, { headers: { Host: 'example.org' } })).status).toBe(403)
    expect((await server.ask(pathname + search)).status).toBe(200)
  })

  it('that is no HTTP ends alone', async () => {
    const server = await openTestServer()
    const socket = connect(server.port, '127.0.0.1')
    socket.end('\x16\x03\x01 this is not http\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400/)
    expect((await server.ask('/', { headers: await server.ownHeaders() })).status).toBe(200)
  })
})

describe('a web socket', () => {
  it('at another path is refused', async () => {
    const server = await openTestServer()
    const { status } = await server.ask(`${SOCKET_PATH}/more`, {
      headers: { ...(await server.ownHeaders()), Connection: 'Upgrade', Upgrade: 'websocket' },
    })
    expect(status).toBe(403)
  })

  it.each([
    ['no JSON', 'hello'],
    ['JSON, but no call', '{"id":"one"}'],
    ['a call without a name', '{"id":1}'],
    ['bytes', Buffer.from([1, 2, 3])],
  ])('ends with what is %s', async (_, message) => {
    const server = await openTestServer()
    const socket = await server.socket(await server.ownHeaders())
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.send(message)
    expect(await closed).toBe(1008)
  })

  it('ends with a message that is too large, and the next one works', async () => {
    const server = await openTestServer({ 'projects.recent': async () => [] })
    const headers = await server.ownHeaders()
    const socket = await server.socket(headers)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    socket.send('x'.repeat(MAX_MESSAGE + 1))
    expect(await closed).toBe(1009)
    expect(await callOver(await server.socket(headers), 1, 'projects.recent')).toEqual({ ok: true, value: [] })
  })

  it('that does not read is cut off, and does not fill the memory', async () => {
    const server = await openTestServer()
    const socket = await server.socket(await server.ownHeaders())
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.pause()
    const folder = 'x'.repeat(8_000_000)
    for (let told = 0; told < 60; told++) server.emit('runs.removed', { project: folder, runId: 'r' })
    socket.resume()
    expect(await closed).toBe(1006)
  })
})

describe('an upload', () => {
  it('that says it is too large is refused before it is read', async () => {
    const server = await openTestServer()
    const socket = connect(server.port, '127.0.0.1')
    const headers = Object.entries({ ...(await server.ownHeaders()), 'Content-Length': MAX_UPLOAD + 1, Connection: 'close' })
    socket.write(`POST /upload?name=x.csv HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))
    socket.destroy()
    expect(answer).toMatch(/^HTTP\/1\.1 413/)
    expect(answer).toContain('serve/upload-too-large')
    expect(await server.uploads()).toEqual([])
  })

  it('that ends in its midst leaves nothing behind', async () => {
    const server = await openTestServer()
    const socket = connect(server.port, '127.0.0.1')
    const headers = Object.entries({ ...(await server.ownHeaders()), 'Content-Length': 1_000_000 })
    socket.write(
      `POST /upload?name=x.csv HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\nhalf`,
    )
    while ((await server.uploads()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    socket.destroy()
    while ((await server.uploads()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(server.reported).toEqual([])
  })

  it.each([
    ['../../escape.csv', '.. escape.csv'],
    ['..', 'file'],
    ['', 'file'],
    ['C:\\Windows\\system32\\x.csv', 'C  Windows system32 x.csv'],
    ['/etc/passwd', 'etc passwd'],
    ['a\0b\r\nc.csv', 'a b  c.csv'],
    [`${'长'.repeat(300)}.jsonl`, /^长{64,66}\.jsonl$/],
  ])('named %j stays in its folder', async (name, expected) => {
    const server = await openTestServer()
    const headers = await server.ownHeaders()
    await server.ask(`/upload?name=${encodeURIComponent(name)}`, { method: 'POST', headers, body: 'x' })
    const [file = ''] = await server.uploads()
    expect(file.split(/[\\/]/)).toHaveLength(2)
    expect(file.split(/[\\/]/)[1]).toEqual(expected instanceof RegExp ? (expect.stringMatching(expected) as string) : expected)
  })
})
