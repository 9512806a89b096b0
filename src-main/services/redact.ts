/** What would tell whose computer a log is from. */
export interface Whose {
  home: string
  user: string
  host: string
}

/** Access tokens: of the hub, of `serve`, and whatever is said to be one. */
const TOKENS = /\b(hf_\w{8,}|(token|key|password|cookie|authorization)(["']?\s*[=:]\s*["']?)[^\s"'&]+)/gi

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A line without home folder, user's and computer's name, and tokens. Case does not matter: on Windows it does not in paths. */
export function redact(line: string, { home, user, host }: Whose): string {
  const replaceAll = (text: string, what: string, by: string): string =>
    what === '' ? text : text.replace(new RegExp(escaped(what), 'gi'), by)
  const named = (text: string, what: string, by: string): string =>
    what === '' ? text : text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${escaped(what)}(?![\\p{L}\\p{N}])`, 'giu'), by)
  const withoutHome = replaceAll(replaceAll(line, home, '~'), home.replaceAll('\\', '/'), '~')
  const withoutTokens = withoutHome.replace(TOKENS, (whole, _all: string, name?: string, sign?: string) =>
    name === undefined ? '<token>' : `${name}${sign ?? '='}<token>`,
  )
  return named(named(withoutTokens, user, '<user>'), host, '<computer>')
}
