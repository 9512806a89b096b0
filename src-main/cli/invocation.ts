import type { Environment } from './terminal/terminal.ts'

/** How this person calls us, so that a suggested command works when it is copied: npm says by which script it was started. */
export function invocationOf(environment: Environment): string {
  const script = environment['npm_lifecycle_event']
  if (script === undefined) return 'tunedesk'
  return script === 'npx' ? 'npx tunedesk' : 'npm run tunedesk --'
}

const SAFE = /^[\w./:=@%+,-]+$/

/** A path as a shell takes it: in quotes where it needs them. */
export const shellWord = (word: string): string => (SAFE.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
