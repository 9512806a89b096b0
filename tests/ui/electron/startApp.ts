import { execFile, fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { BrowserContext, BrowserContextOptions, Frame, Locator, Page } from 'playwright-core'
import { inject } from 'vitest'
import { answerCall } from '../../../src-main/contract/answerCall.ts'
import { CALL_CHANNEL } from '../../../src-main/contract/channel.ts'
import { createClient, type Client } from '../../../src-main/contract/client.ts'
import type { Handlers } from '../../../src-main/contract/contract.ts'
import { testBrowser } from '../testBrowser.ts'
import type {} from './installApp.ts'
import { openLink, type LinkChannel, type Remote } from './link.ts'
import { ENDS, INVOKE, PATH_OF, preloadScript, type PageEnds } from './preloadInPage.ts'
import type { AppSide, DrawnMenuItem, PageSide, SystemState } from './served.ts'

/** Chromium knows no `app:` without Electron. What it asks for here is answered by the app as what stands behind it. */
const PAGE_ORIGIN = 'https://tunedesk.test'
const APP_ORIGIN = 'app://tunedesk'

export interface StartOptions extends BrowserContextOptions {
  /** The folder of settings and, below it, `Projects`. Without it a new one, deleted by `stop`. */
  home?: string
  /** What the system's language is: of the page, and of the app's process. */
  locale?: 'en-US' | 'zh-CN'
  /** What stands behind the program's name. */
  paths?: string[]
  /** Answers in the place of the app's own services, for what is hard to bring about. */
  answers?: Partial<Handlers>
  env?: Record<string, string>
}

/** The app as a person has it before them: the built main process, the built preload, the built page in Chromium. */
export interface StartedApp {
  page: Page
  /** The contract as the page has it. */
  client: Client
  home: string
  /** What the page or the app complained about: errors, and what the page's policy refused. */
  complaints: string[]
  main: {
    pid: number
    /** Ends the app's process at once, as a crash does; its window goes with it. */
    kill(): Promise<void>
    /** Processes that the app has started and that are there now: its engines. */
    children(): Promise<number[]>
    /** Asks the app to quit, as its menu does, and waits until it has. @returns the exit code */
    quit(): Promise<number | null>
    /** The exit code, once it has ended. */
    ended: Promise<number | null>
  }
  system(): Promise<SystemState>
  menu(): Promise<DrawnMenuItem[]>
  chooseFromMenu(...labels: string[]): Promise<void>
  /** What the person will choose in the system's next dialog; nothing: cancelled. */
  chooseNext(...paths: string[]): Promise<void>
  /** Drops files from the system onto something in the page. */
  drop(target: Locator, paths: string[]): Promise<void>
  /** The link to the app's process, for what the system does to an app. */
  app: Remote<AppSide>
  /** Closes the page, ends the app, whatever it is doing, and deletes a folder that was made for it. */
  stop(): Promise<void>
}

/** Starts the app and waits until its page has asked it for its first state. */
export async function startApp(options: StartOptions = {}): Promise<StartedApp> {
  const {
    home = await mkdtemp(join(tmpdir(), 'tunedesk-home-')),
    locale = 'en-US',
    paths = [],
    answers = {},
    env = {},
    ...contextOptions
  } = options
  const browser = await testBrowser()
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, ...contextOptions, locale })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const complaints = complaintsOf(page)

  const main = fork(join(inject('app'), 'out/main/index.js'), paths, {
    // Not what vitest's own workers are started with.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      TUNEDESK_HOME: home,
      TUNEDESK_TEST_LOCALE: locale,
      LC_ALL: `${locale.replace('-', '_')}.UTF-8`,
      ...env,
    },
  })
  for (const stream of [main.stdout, main.stderr])
    if (stream) createInterface({ input: stream }).on('line', (line) => complaints.push(`main: ${line}`))
  const ended = new Promise<number | null>((resolve) => main.once('exit', resolve))
  const loading = new EventEmitter()

  const pageSide: PageSide = {
    async load(url) {
      await page.goto(url.replace(APP_ORIGIN, PAGE_ORIGIN))
      loading.emit('loaded')
    },
    send: (channel, parameters) =>
      // A page that is going away hears nothing any more.
      void page
        .evaluate(([ends, name, values]) => (window as unknown as Record<string, PageEnds>)[ends]?.deliver(name, values), [
          ENDS,
          channel,
          parameters,
        ] as const)
        .catch(() => undefined),
    close: () => context.close(),
  }
  const app = openLink<AppSide>(channelOf(main), pageSide)
  await connectPage(page, context, app, answers, complaints)
  void ended.then(() => context.close())
  await Promise.race([once(loading, 'loaded'), ended.then((code) => failedStart(code, complaints))])

  const end = async (): Promise<void> => {
    main.kill('SIGKILL')
    await ended
    await context.close()
  }
  return {
    page,
    client: clientIn(page),
    home,
    complaints,
    main: {
      pid: main.pid ?? 0,
      kill: end,
      children: () => childrenOf(main.pid ?? 0),
      async quit() {
        // It may be gone before it can answer.
        await app.quit().catch(() => undefined)
        return ended
      },
      ended,
    },
    system: () => app.system(),
    menu: () => app.menu(),
    chooseFromMenu: (...labels) => app.chooseFromMenu(labels),
    chooseNext: (...chosen) => app.answerDialog(chosen),
    drop: (target, dropped) => drop(page, target, dropped),
    app,
    async stop() {
      await end()
      if (options.home === undefined) await rm(home, { recursive: true, force: true })
    },
  }
}

/** pgrep ends with 1 where it finds none. */
const childrenOf = async (pid: number): Promise<number[]> => {
  const found = await promisify(execFile)('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }))
  return found.stdout.split('\n').filter(Boolean).map(Number)
}

function failedStart(code: number | null, complaints: readonly string[]): never {
  throw new Error(`the app ended with ${code} before its page was loaded:\n${complaints.join('\n')}`)
}

const channelOf = (child: ChildProcess): LinkChannel => ({
  // To an app that has just ended: nothing.
  send(message) {
    if (child.connected) child.send(message, () => undefined)
  },
  onMessage: (listener) => child.on('message', listener as (message: unknown) => void),
  onEnd: (listener) => child.once('exit', listener),
})

function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('crash', () => complaints.push('the page crashed'))
  return complaints
}

/** Puts the app behind the page: its files, its preload, its calls. */
async function connectPage(
  page: Page,
  context: BrowserContext,
  app: Remote<AppSide>,
  answers: Partial<Handlers>,
  complaints: string[],
): Promise<void> {
  await page.route('**', async (route) => {
    const url = route.request().url()
    if (!url.startsWith(PAGE_ORIGIN)) {
      complaints.push(`the page asked for ${url}`)
      return route.abort()
    }
    const answer = await app.request(url.replace(PAGE_ORIGIN, APP_ORIGIN), route.request().method()).catch(() => null)
    return answer ? route.fulfill({ ...answer, body: Buffer.from(answer.body) }) : route.abort()
  })
  page.on('framenavigated', (frame) => {
    // To an app that has just ended: nothing.
    if (frame === page.mainFrame()) app.pageStarted().catch(() => undefined)
  })
  await page.exposeBinding(INVOKE, ({ frame }: { frame: Frame }, channel: string, parameters: unknown[]) => {
    const [name, argument] = parameters
    if (channel === CALL_CHANNEL && typeof name === 'string' && name in answers)
      return answerCall(answers, name, argument, (error) => complaints.push(String(error)))
    return app.invoke(
      { url: frame.url().replace(PAGE_ORIGIN, APP_ORIGIN), isMain: frame === page.mainFrame() },
      channel,
      parameters,
    )
  })
  const chromium = await context.newCDPSession(page)
  await page.exposeBinding(PATH_OF, async (_source, number: number) => {
    const { result } = await chromium.send('Runtime.evaluate', { expression: `window.${ENDS}.files[${number}]` })
    const { path } = await chromium.send('DOM.getFileInfo', { objectId: result.objectId ?? '' })
    return path
  })
  await page.addInitScript({ content: preloadScript(await readFile(join(inject('app'), 'out/preload/index.cjs'), 'utf8')) })
}

interface Exposed {
  tunedesk: { call(name: string, argument: unknown): Promise<unknown> }
}

/** The contract through the page's own door. Events stay the page's. */
const clientIn = (page: Page): Client =>
  createClient({
    call: (name, argument) =>
      page.evaluate(([name, argument]) => (window as unknown as Exposed).tunedesk.call(name, argument), [
        name,
        argument,
      ] as const),
    listen: () => () => undefined,
    pathOf: () => Promise.reject(new Error('the file is in the page')),
  })

/** As the system does it: only so do folders come, too. */
async function drop(page: Page, target: Locator, files: string[]): Promise<void> {
  const chromium = await page.context().newCDPSession(page)
  const { x, y, width, height } = (await target.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await chromium.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data })
  await chromium.detach()
}
