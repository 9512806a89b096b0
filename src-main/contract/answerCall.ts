import type { Answer } from './answer.ts'
import { contract, type CallName, type Handlers } from './contract.ts'
import { TuneDeskError } from './error.ts'

const isCallName = (name: unknown): name is CallName => typeof name === 'string' && Object.hasOwn(contract, name)

const unexpected = (reason: string): Answer<never> => ({ ok: false, code: 'internal/unexpected', parameters: { reason } })

/**
 * Answers one call that came from outside this process: nothing about it is known yet.
 * @param report is told of what is not in the error book, with its stack, which does not cross
 */
export async function answerCall(
  handlers: Handlers,
  name: unknown,
  argument: unknown,
  report: (error: unknown) => void,
): Promise<Answer<unknown>> {
  if (!isCallName(name)) return unexpected('there is no such call')
  const checked = contract[name].argument.safeParse(argument)
  if (!checked.success) return unexpected(`${name} was called with something else than it takes`)
  // The argument passed the schema of this very call, which TypeScript cannot follow through the union of all calls.
  const handler = handlers[name] as (argument: unknown) => Promise<unknown>
  try {
    return { ok: true, value: await handler(checked.data) }
  } catch (error) {
    if (error instanceof TuneDeskError) return { ok: false, code: error.code, parameters: error.parameters }
    report(error)
    return unexpected(error instanceof Error ? error.message : String(error))
  }
}
