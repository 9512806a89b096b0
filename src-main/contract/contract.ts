import type { z } from 'zod'
import { app } from './areas/app.ts'
import { chats } from './areas/chat.ts'
import { computer } from './areas/computer.ts'
import { learns } from './areas/learns.ts'
import { exports } from './areas/exports.ts'
import { imports } from './areas/imports.ts'
import { logs } from './areas/logs.ts'
import { models } from './areas/models.ts'
import { projects } from './areas/projects.ts'
import { rows } from './areas/rows.ts'
import { runs } from './areas/runs.ts'
import { tests } from './areas/tests.ts'

/**
 * Every call and every event there is. The handlers of main, the preload's door, the web socket of `serve`, the window's client and the
 * tests' double are derived from this literal.
 */
export const contract = {
  calls: {
    ...app.calls,
    ...chats.calls,
    ...computer.calls,
    ...learns.calls,
    ...exports.calls,
    ...imports.calls,
    ...logs.calls,
    ...models.calls,
    ...projects.calls,
    ...rows.calls,
    ...runs.calls,
    ...tests.calls,
  },
  events: {
    ...app.events,
    ...chats.events,
    ...learns.events,
    ...imports.events,
    ...models.events,
    ...projects.events,
    ...rows.events,
    ...runs.events,
    ...tests.events,
  },
}

type Calls = typeof contract.calls
export type CallName = keyof Calls
export type Argument<Name extends CallName> = z.input<Calls[Name]['argument']>
export type CheckedArgument<Name extends CallName> = z.output<Calls[Name]['argument']>
export type Value<Name extends CallName> = Exclude<Calls[Name]['value'], undefined>

type Events = typeof contract.events
export type EventName = keyof Events
export type EventValue<Name extends EventName> = Exclude<Events[Name]['value'], undefined>

/** What main does for each call. */
export type Handlers = { [Name in CallName]: (argument: CheckedArgument<Name>) => Promise<Value<Name>> }

/** Tells every window. */
export type Emit = <Name extends EventName>(name: Name, value: EventValue<Name>) => void
