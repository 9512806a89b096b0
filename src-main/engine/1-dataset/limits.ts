/** A dataset's file is held and decoded as one text; V8's longest has 536,870,888 characters. 20,000 long rows have about 100 MB. */
export const MAX_DATASET_BYTES = 400_000_000

/** One row of JSONL, in characters: longer ones are no examples but a file of another kind, or one without line breaks. */
export const MAX_ROW_CHARACTERS = 64_000_000

/** Fifty times what the app is made for; beyond it a person waits for minutes before seeing anything. */
export const MAX_ROWS = 1_000_000

/** The width of an Excel sheet. Three columns are wanted; a file with more than this is no table. */
export const MAX_COLUMNS = 16_384

/** What is read of a file to see its encoding and its delimiter: thousands of rows. */
export const SNIFFED_BYTES = 262_144

/** Far above any table: a line with more cells is of another kind of file, and each cell costs memory. */
export const MAX_CELLS_OF_RECORD = 1_000_000

/** A workbook has about ten parts, and a few for each sheet, picture and chart. */
export const MAX_ZIP_ENTRIES = 10_000

/** All parts of a workbook, unpacked: a sheet of 100,000 rows of prose has about 60 MB, and its objects take ten times that. */
export const MAX_WORKBOOK_BYTES = 300_000_000

/** XML shrinks to a tenth, a sheet of equal cells to a fiftieth. DEFLATE's most is 1,032. */
export const MAX_ZIP_RATIO = 200

/** Parts so small are not worth a suspicion: a few thousand equal cells shrink a great deal. */
export const MAX_UNSUSPICIOUS_BYTES = 10_000_000

/** A Parquet file's columns, unpacked. Text takes twice that in memory. */
export const MAX_PARQUET_BYTES = 1_000_000_000

/** One page of a Parquet file, unpacked: writers make pages of 1 MB, or one for a row group of at most some hundred thousand rows. */
export const MAX_PARQUET_PAGE_BYTES = 268_435_456

/** The footer describes every column of every row group: real ones are below 10 MB. */
export const MAX_PARQUET_FOOTER_BYTES = 64_000_000
