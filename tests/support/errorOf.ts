import { TuneDeskError } from '../../src-main/contract/error.ts'

/** What a promise is rejected with, which has to be an error of the book. */
export async function errorOf(promise: Promise<unknown>): Promise<TuneDeskError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof TuneDeskError)) throw new Error(`no TuneDeskError but ${String(error)}`)
  return error
}
