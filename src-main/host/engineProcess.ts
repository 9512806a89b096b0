// The engine's process: what `forkEngine` starts under Node and `forkUtilityEngine` under Electron.
import type { Order } from './messages.ts'
import { serveJobs, type ParentChannel } from './serveJobs.ts'
import { systemTimers } from './timers.ts'

/** Electron's end of the channel, in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: { data: Order }) => void): void
}

// A terminal sends these to every process of the command. The one that was asked decides how to end, and tells this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
// Nobody is there any more to whom a result would go. (Under Electron, Chromium ends this process with its parent.)
process.on('disconnect', () => process.exit())

// Loaded now and not before: it takes its time, in which a Ctrl-C may come.
const { jobs } = await import('../jobs/jobs.ts')
// Electron's types have it in every process.
const parentPort = process.parentPort as ParentPort | undefined
serveJobs(parentPort ? electronChannel(parentPort) : nodeChannel(), jobs, systemTimers)

function electronChannel(port: ParentPort): ParentChannel {
  return {
    post: (report) => port.postMessage(report),
    onMessage: (listener) => port.on('message', ({ data }) => listener(data)),
  }
}

function nodeChannel(): ParentChannel {
  return {
    // The callback takes the error of a parent that has gone; `disconnect` follows.
    post: (report) => void process.send?.(report, () => undefined),
    onMessage: (listener) => process.on('message', listener as (message: unknown) => void),
  }
}
