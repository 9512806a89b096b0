/** What the page's half of the stand-in leaves behind for the test's half. */
export interface PageEnds {
  /** Delivers what main sends. */
  deliver(channel: string, parameters: unknown[]): void
  /** Files whose paths were asked for, by number: a path cannot be read in a page. */
  files: File[]
}

/** Names under which the two halves meet in the page. The app's page knows none of them. */
export const ENDS = '__electronEnds'
export const INVOKE = '__electronInvoke'
export const PATH_OF = '__electronPathOf'

/**
 * Runs the built preload in the page before the page's own scripts, with what Electron gives a sandboxed preload. Evaluated by Chromium from its
 * text, so it uses nothing from around it. As in Electron, what crosses is copied, and a page embedded in ours has no preload.
 */
function runPreload(
  preload: (require: (name: string) => object, module: object, exports: object) => void,
  names: { ends: string; invoke: string; pathOf: string },
): void {
  if (window.top !== window) return
  type Listener = (event: object, ...parameters: unknown[]) => void
  const listeners = new Map<string, Set<Listener>>()
  const listenersOf = (channel: string): Set<Listener> => {
    const there = listeners.get(channel) ?? new Set()
    listeners.set(channel, there)
    return there
  }
  const bound = (name: string) => (window as unknown as Record<string, (...parameters: unknown[]) => Promise<unknown>>)[name]
  const files: File[] = []
  const electron = {
    ipcRenderer: {
      // What Electron could not copy, such as a proxy, fails here too.
      invoke: (channel: string, ...parameters: unknown[]) => bound(names.invoke)?.(channel, structuredClone(parameters)),
      on: (channel: string, listener: Listener) => listenersOf(channel).add(listener),
      removeListener: (channel: string, listener: Listener) => listenersOf(channel).delete(listener),
    },
    webUtils: {
      getPathForFile: (file: File) => bound(names.pathOf)?.(files.push(file) - 1),
    },
    contextBridge: {
      exposeInMainWorld: (name: string, api: object) =>
        Object.defineProperty(window, name, { value: Object.freeze({ ...api }), enumerable: true }),
    },
  }
  const ends: PageEnds = {
    files,
    deliver(channel, parameters) {
      for (const listener of listenersOf(channel)) listener({}, ...parameters)
    },
  }
  Object.defineProperty(window, names.ends, { value: ends })
  const require = (name: string): object => {
    if (name !== 'electron') throw new Error(`a sandboxed preload cannot load ${name}`)
    return electron
  }
  preload(require, { exports: {} }, {})
}

/** The script that does so, for a preload's text. */
export const preloadScript = (source: string): string =>
  `(${runPreload.toString()})((require, module, exports) => {${source}\n}, ${JSON.stringify({ ends: ENDS, invoke: INVOKE, pathOf: PATH_OF })})`
