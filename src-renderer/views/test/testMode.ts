export const TEST_MODES = ['chat', 'rows', 'compare'] as const
export type TestMode = (typeof TEST_MODES)[number]
