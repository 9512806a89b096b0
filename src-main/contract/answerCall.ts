import type { Answer } from './answer.ts'
import { bookEntry } from './bookEntry.ts'
import { contract, type CallName, type Handlers } from './contract.ts'
import { TuneDeskError } from './error.ts'

const isCallName = (name: unknown): name is CallName => typeof name === 'string' && Object.hasOwn(contract.calls, name)

const unexpected = (reason: string): Answer<never> => ({ ok: false, code: 'internal/unexpected', parameters: { reason } })

/**
 * Answers one call that came from outside this process: nothing about it is known yet.
 * @param report is told of what no room has put into the error book's words, with its stack, which does not cross
 */
export async function answerCall(
  handlers: Partial<Handlers>,
  name: unknown,
  argument: unknown,
  report: (error: unknown) => void,
): Promise<Answer<unknown>> {
  if (!isCallName(name)) return unexpected('there is no such call')
  const checked = contract.calls[name].argument.safeParse(argument)
  if (!checked.success) return unexpected(`${name} was called with something else than it takes`)
  // The argument passed the schema of this very call, which TypeScript cannot follow through the union of all calls.
  const handler = handlers[name] as ((argument: unknown) => Promise<unknown>) | undefined
  if (!handler) return unexpected(`nothing answers ${name} here`)
  try {
    return { ok: true, value: await handler(checked.data) }
  } catch (error) {
    if (!(error instanceof TuneDeskError)) report(error)
    return { ok: false, ...bookEntry(error) }
  }
}
