/** Of the files whose rows can be imported. The content decides how one is read. electron-builder.yml tells the system of them. */
export const DATA_FILE_EXTENSIONS = ['csv', 'tsv', 'txt', 'xlsx', 'json', 'jsonl', 'ndjson', 'parquet'] as const
