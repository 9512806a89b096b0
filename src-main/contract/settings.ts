import { z } from 'zod'

/** What a person has set for the app as a whole. */
export const settingsSchema = z.object({
  language: z.enum(['system', 'zh', 'en']).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** More contrast than the theme has by itself. */
  contrast: z.enum(['system', 'more']).default('system'),
  /** Where new projects go; null: a folder TuneDesk among the person's documents. */
  projectsFolder: z.string().nullable().default(null),
})
export type Settings = z.output<typeof settingsSchema>
