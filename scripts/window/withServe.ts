import { startServe, type StartedServe } from './startServe.ts'

/** Does something with `tunedesk serve` and ends it in an orderly way, whatever happens. */
export async function withServe<Result>(home: string, work: (serve: StartedServe) => Promise<Result>): Promise<Result> {
  const serve = await startServe(home)
  try {
    return await work(serve)
  } finally {
    serve.signal('SIGINT')
    await serve.ended
  }
}
