import type { FieldName } from '../../../contract/rowFault.ts'

/** What columns are called, in the data sets that people share and in their own tables, as `plainName` writes it. */
const INSTRUCT = ['instruct', 'instruction', 'instructions', 'task', '指令', '任务', '提示词', '要求', '系统提示']
const QUESTION = [
  'question',
  'prompt',
  'query',
  'q',
  'user',
  'human',
  'request',
  '问题',
  '提问',
  '问',
  '题目',
  '用户',
  '提示',
  '询问',
]
const INPUT = ['input', 'inputs', 'context', 'content', '输入', '上文', '上下文', '内容', '原文', '背景']
const LABEL = [
  'label',
  'output',
  'outputs',
  'answer',
  'answers',
  'response',
  'completion',
  'reply',
  'target',
  'a',
  'assistant',
  'bot',
  '输出',
  '回答',
  '答案',
  '答',
  '回复',
  '答复',
  '响应',
  '助手',
  '结果',
  '标准答案',
  '参考答案',
]

/** Where a list of messages, or the system's words beside it, may stand. */
export const CONVERSATION_COLUMNS: readonly string[] = [
  'conversations',
  'conversation',
  'messages',
  'dialog',
  'dialogue',
  'chat',
  '对话',
  '消息',
]
export const SYSTEM_COLUMNS: readonly string[] = ['system', 'systemprompt', '系统', '系统提示']

const ROLES = new Map<string, FieldName | 'question'>([
  ...QUESTION.map((name) => [name, 'question'] as const),
  ...INSTRUCT.map((name) => [name, 'instruct'] as const),
  ...INPUT.map((name) => [name, 'input'] as const),
  ...LABEL.map((name) => [name, 'label'] as const),
])

/** A column's name without what makes no difference: case, width of letters, spaces, dashes, underscores. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\-:：]+/gu, '')

/** What a column of this name holds; null where the name says nothing. */
export const roleOfColumn = (name: string): FieldName | 'question' | null => ROLES.get(plainName(name)) ?? null

export const isKnownColumn = (name: string): boolean =>
  roleOfColumn(name) !== null ||
  CONVERSATION_COLUMNS.includes(plainName(name)) ||
  SYSTEM_COLUMNS.includes(plainName(name)) ||
  ['chosen', 'rejected'].includes(plainName(name))
