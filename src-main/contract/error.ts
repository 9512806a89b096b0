import { ERRORS } from './errors.generated.ts'

export type ErrorCode = keyof typeof ERRORS
/** Whether a text, such as one from a file, is a code of the book. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text)

export type ErrorParameters = Record<string, string | number>
export type Language = 'en' | 'zh'

/** An error from the error book (`resources/errors.md`): a code and what fills its sentence. */
export class TuneDeskError extends Error {
  readonly code: ErrorCode
  readonly parameters: ErrorParameters

  constructor(code: ErrorCode, parameters: ErrorParameters = {}, options?: ErrorOptions) {
    super(explain(code, parameters, 'en').what, options)
    this.name = 'TuneDeskError'
    this.code = code
    this.parameters = parameters
  }
}

/** What happened and what to do, each in a sentence or two, in one language. */
export function explain(code: ErrorCode, parameters: ErrorParameters, language: Language): { what: string; fix: string } {
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole))
  const { what, fix } = ERRORS[code][language]
  return { what: fill(what), fix: fill(fix) }
}
