import type { Row } from '../../src-main/contract/row.ts'

/** Rows in English and Chinese with which nothing is wrong, no two of them alike. */
export const manyRows = (count: number): Row[] =>
  Array.from({ length: count }, (_, at) => ({
    instruct: `Question ${at}: say this in Chinese.`,
    input: `Sentence ${(at * 7_919) % count} is about the weather of the day and what to do with the rest of it.`,
    label: `第 ${at} 句：春眠不觉晓，处处闻啼鸟。`,
  }))
