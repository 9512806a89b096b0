import type { TokenizerFiles } from './tokenizerFiles.ts'

/** The Jinja source of a model's chat template: `chat_template.jinja` comes before the config's, of several the one named `default`. */
export function chatTemplateSource({ chatTemplateFile, config: { chat_template: inConfig } }: TokenizerFiles): string | null {
  if (chatTemplateFile !== null) return chatTemplateFile
  if (Array.isArray(inConfig)) return inConfig.find(({ name }) => name === 'default')?.template ?? null
  return inConfig ?? null
}
