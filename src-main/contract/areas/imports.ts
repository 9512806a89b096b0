import { z } from 'zod'
import { call, event } from '../define.ts'
import type { Row } from '../row.ts'
import type { RowFault } from '../rowFault.ts'
import { project } from './projects.ts'
import type { RowsState } from './rows.ts'

/** What a file's content shows it to be, whatever its name says. `delimited`: CSV, TSV and their like. */
export type FileKind = 'json' | 'jsonl' | 'delimited' | 'xlsx' | 'parquet'

/** What tells where a record begins in its file: the line of a text, the row of a sheet; else its number among the records. */
export type Place = 'line' | 'row' | 'record'

/** By their names in the Encoding standard. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5', 'shift_jis', 'windows-1252'] as const
export type Encoding = (typeof ENCODINGS)[number]

export const DELIMITERS = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof DELIMITERS)[number]

/** How a file is read, where a person says it. What is not there is found out from the content. */
export const readingSchema = z.strictObject({
  encoding: z.exactOptional(z.enum(ENCODINGS)),
  delimiter: z.exactOptional(z.enum(DELIMITERS)),
  /** Whether the first row names the columns. */
  header: z.exactOptional(z.boolean()),
  sheet: z.exactOptional(z.string()),
})
export type Reading = z.output<typeof readingSchema>

/** The arrangements of columns that are recognised. `table`: any other. */
export type Shape =
  'tunedesk' | 'alpaca' | 'sharegpt' | 'messages' | 'prompt-completion' | 'preference' | 'question-answer' | 'table'

/** A column by its position, from 0: names may be empty, or stand there twice. */
const column = z.int().nonnegative()

/** Where a field's text comes from. */
const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('column'), column }),
  /** The same text in every row. */
  z.strictObject({ kind: z.literal('text'), text: z.string().max(100_000) }),
  z.strictObject({ kind: z.literal('nothing') }),
])
export type Source = z.output<typeof sourceSchema>

/** Which answers of a conversation become rows: each with what was said before, each with its question alone, only the first. */
export const TURNS = ['each-with-history', 'each-alone', 'first'] as const
export type Turns = (typeof TURNS)[number]

/** How a file's records become rows. */
export const mappingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('columns'), instruct: sourceSchema, input: sourceSchema, label: sourceSchema }),
  /** Lists of messages; those of several columns, such as prompt and completion, follow one another. */
  z.strictObject({
    kind: z.literal('conversation'),
    columns: z.array(column).min(1).max(3),
    /** A column with what the system says. */
    system: column.nullable(),
    turns: z.enum(TURNS),
  }),
])
export type Mapping = z.output<typeof mappingSchema>

export interface ImportColumn {
  /** Empty where the file has no name for it. */
  name: string
  /** How many records have something in it. */
  filled: number
  holds: 'text' | 'messages' | 'other'
}

export interface ImportProblem {
  fault: RowFault
  /** Where the record begins, from 1: the preview's `place` says what is counted. */
  line: number
  /** Whether no row was made of it. An answer that is missing can be written later: such a row is imported. */
  isLeftOut: boolean
}

/** What of a file's conversations becomes rows. */
export interface ConversationCount {
  conversations: number
  /** Of these, those with more than one answer. */
  withSeveralAnswers: number
  /** Answers of which no row was made, because only the first ones are wanted. */
  answersNotUsed: number
  /** Questions at the end of a conversation that nobody answered. */
  questionsWithoutAnswer: number
}

/** A file as it will be imported. Long texts are cut for the preview, with a "…" at their end; rows are not. */
export interface ImportPreview {
  importId: string
  path: string
  name: string
  kind: FileKind
  /** What the `line` of rows, records and problems counts. */
  place: Place
  /** How it was read; null for what such a file does not have. */
  encoding: Encoding | null
  delimiter: Delimiter | null
  header: boolean | null
  sheet: string | null
  sheets: string[]
  shape: Shape
  mapping: Mapping
  /** The first ones, in the file's order. */
  columns: ImportColumn[]
  columnCount: number
  /** Records of the file, and how many rows they become. */
  recordCount: number
  rowCount: number
  /** The first rows, and where each comes from. */
  rows: { line: number; row: Row }[]
  /** The first records as they stand in the file, each with the texts of the first columns. */
  records: { line: number; cells: string[] }[]
  /** The first problems, of so many; and of how many records no row is made. */
  problems: ImportProblem[]
  problemCount: number
  leftOut: number
  /** Columns with content that no field takes. */
  unused: { name: string; column: number; records: number }[]
  conversations: ConversationCount | null
  /** Cells whose apostrophe before = + - @ was taken away: spreadsheets put it there against formulas. */
  apostrophes: number
}

/** Named by the window, so that it can follow and cancel even what is only being opened. */
const importId = z.string().min(1).max(100)

export const imports = {
  calls: {
    /** Reads a file and shows what would be imported. @throws dataset/…, files/…, imports/cancelled */
    'imports.open': call<ImportPreview>()(z.strictObject({ importId, project, path: z.string() })),
    /** Reads it in another way. A new way to read finds the mapping anew, unless one is given. @throws as `imports.open`; imports/not-open */
    'imports.configure': call<ImportPreview>()(
      z.strictObject({ importId, reading: z.exactOptional(readingSchema), mapping: z.exactOptional(mappingSchema) }),
    ),
    /** Puts the rows behind those of the project, or in their place, as one step that can be undone. @throws imports/file-changed and the above */
    'imports.commit': call<{ added: number; leftOut: number; state: RowsState }>()(
      z.strictObject({ importId, mode: z.enum(['append', 'replace']) }),
    ),
    /** Ends the reading, if it goes on, and forgets the import. */
    'imports.cancel': call<null>()(z.strictObject({ importId })),
  },
  events: {
    /** How far reading has come, as a share from 0 to 1. */
    'imports.progress': event<{ importId: string; share: number }>(),
  },
}
