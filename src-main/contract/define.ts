import type { z } from 'zod'

/** A call from the window to the main process: what its argument must be, and, as a type only, what it answers. */
export interface Call<Argument extends z.ZodType, Value> {
  argument: Argument
  /** Never there: it carries the type. */
  value?: Value
}

export const call =
  <Value>() =>
  <Argument extends z.ZodType>(argument: Argument): Call<Argument, Value> => ({ argument })

/** What the main process tells every window. */
export interface Event<Value> {
  /** Never there: it carries the type. */
  value?: Value
}

export const event = <Value>(): Event<Value> => ({})
