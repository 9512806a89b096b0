import { z } from 'zod'
import type { DoctorReport } from './doctorReport.ts'
import type { MaskedRow } from './maskedRow.ts'

/** A call from the window to the main process: what its argument must be, and, as a type only, what it answers. */
interface Call<Argument extends z.ZodType, Value> {
  argument: Argument
  /** Never there: it carries the type. */
  value?: Value
}

const call =
  <Value>() =>
  <Argument extends z.ZodType>(argument: Argument): Call<Argument, Value> => ({ argument })

/** Every call there is. The handlers of main, the preload's door and the window's client are derived from this literal. */
export const contract = {
  /** What this computer can do. */
  'computer.examine': call<DoctorReport>()(z.undefined()),
  /** The rows of a sample project as the starter model would learn them. */
  'check.sample': call<MaskedRow[]>()(z.strictObject({ sample: z.enum(['poems']), lossOn: z.enum(['answer', 'everything']) })),
}

type Contract = typeof contract
export type CallName = keyof Contract
export type Argument<Name extends CallName> = z.infer<Contract[Name]['argument']>
export type Value<Name extends CallName> = NonNullable<Contract[Name]['value']>

/** What main does for each call. */
export type Handlers = { [Name in CallName]: (argument: Argument<Name>) => Promise<Value<Name>> }
