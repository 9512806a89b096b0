/** A dataset's file is held and decoded as one text; V8's longest has 536,870,888 characters. 20,000 long rows have about 100 MB. */
export const MAX_DATASET_BYTES = 400_000_000

/** One row of JSONL, in characters: longer ones are no examples but a file of another kind, or one without line breaks. */
export const MAX_ROW_CHARACTERS = 64_000_000

/** Fifty times what the app is made for; beyond it a person waits for minutes before seeing anything. */
export const MAX_ROWS = 1_000_000
