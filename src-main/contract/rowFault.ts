import type { Row } from './row.ts'

export type FieldName = keyof Row
export type JsonKind = 'object' | 'array' | 'text' | 'number' | 'true or false' | 'null'

/** What is wrong with a row of a file. */
export type RowFault =
  | { kind: 'broken-json'; detail: string }
  | { kind: 'row-too-long'; characters: number; limit: number }
  | { kind: 'not-an-object'; found: JsonKind }
  | { kind: 'missing-field'; field: FieldName }
  | { kind: 'not-text'; field: FieldName; found: JsonKind }
  /** The answer has no characters but whitespace: nothing to learn. */
  | { kind: 'empty-field'; field: FieldName }
  /** Half of a UTF-16 pair, as `"\ud83d"` without its other half: it cannot be written as UTF-8. */
  | { kind: 'broken-character'; field: FieldName }
  /** The same key twice in one object: JSON readers disagree on which counts. */
  | { kind: 'duplicate-key'; key: string }
  /** Bytes that are no character in the file's encoding. */
  | { kind: 'unreadable-character'; field: FieldName }
  /** The character NUL, which no text has: the file is damaged, or has another encoding. */
  | { kind: 'nul-character'; field: FieldName }
  /** A quotation mark opens a cell, and none closes it. */
  | { kind: 'unclosed-quote' }
  /** More cells than the table has columns. */
  | { kind: 'extra-cells'; cells: number; columns: number }
  /** What should be a conversation is not a list of messages. */
  | { kind: 'not-messages'; found: JsonKind }
  /** A message of somebody who is neither system, user nor assistant: a tool, mostly. */
  | { kind: 'unknown-role'; role: string }
  /** A part of a message that is no text, such as a picture. */
  | { kind: 'not-text-part'; found: string }
  /** A conversation in which the assistant says nothing after the user. */
  | { kind: 'no-answer' }
