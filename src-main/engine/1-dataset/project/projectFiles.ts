/** The files of a project's folder that hold its rows, which of them are held out, and what was done to them since those were written. */
export const ROWS_FILE = 'rows.jsonl'
export const SPLITS_FILE = 'splits.json'
export const ROWS_JOURNAL = 'rows.journal'
