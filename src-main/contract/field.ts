/** The texts of a row, in the order in which the model reads them. */
export const FIELDS = ['instruct', 'input', 'label'] as const
export type Field = (typeof FIELDS)[number]
