import type { Language } from '../../../contract/error.ts'
import type { GroupSummary, ProbeGroup, RowSample } from '../../../contract/testReport.ts'

export interface ReportWords {
  title: string
  /** With the name of what was tested. */
  titled: (name: string) => string
  groups: Record<ProbeGroup, string>
  summary: (summary: GroupSummary) => string
  before: (summary: GroupSummary) => string
  sample: (sample: RowSample, of: number) => string
  answerProbe: string
  leakProbe: string
  row: string
  asked: string
  answer: string
  label: string
  closestLabel: string
  untrained: string
  exact: string
  likeness: string
  leak: string
  marks: string
  measures: string[]
  yes: string
  no: string
  nothing: string
}

export const percent = (value: number, language: Language): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(value)

export const REPORT_WORDS: Record<Language, ReportWords> = {
  en: {
    title: 'Test',
    titled: (name) => `Test: ${name}`,
    groups: { trained: 'Rows it was trained on', 'held-out': 'Held-out rows' },
    summary: ({ rows, exact_matches, mean_chrf, leak_rows, mean_leak_score }) =>
      `${exact_matches} of ${rows} answered word for word; likeness ${mean_chrf.toFixed(0)} of 100` +
      (leak_rows > 0 ? `; leak ${percent(mean_leak_score, 'en')} on average.` : '.'),
    before: ({ rows, exact_matches, mean_chrf }) =>
      `Before training: ${exact_matches} of ${rows} word for word, likeness ${mean_chrf.toFixed(0)}.`,
    sample: ({ rows, seed }, of) => `${rows} of ${of} rows were asked, drawn by the seed ${seed}.`,
    answerProbe: 'Question and input: it should give the answer of the row',
    leakProbe: 'The question alone: it should not give the input',
    row: 'Row',
    asked: 'Asked',
    answer: 'Model’s answer',
    label: 'Answer',
    closestLabel: 'Closest answer',
    untrained: 'Before training',
    exact: 'Word for word',
    likeness: 'Likeness',
    leak: 'Leak',
    marks: 'Where the two answers part, the model’s is underlined and the row’s struck through.',
    measures: [
      'Likeness is chrF: how many runs of one to six characters the two answers share, 0 to 100.',
      'Leak is the share of the input that the model repeats and no answer of the rows has: 0 % where the mask worked.',
    ],
    yes: 'yes',
    no: 'no',
    nothing: 'It said nothing.',
  },
  zh: {
    title: '测试',
    titled: (name) => `测试：${name}`,
    groups: { trained: '训练过的行', 'held-out': '留作测试的行' },
    summary: ({ rows, exact_matches, mean_chrf, leak_rows, mean_leak_score }) =>
      `${rows} 行中有 ${exact_matches} 行逐字答对；相似度 ${mean_chrf.toFixed(0)}（满分 100）` +
      (leak_rows > 0 ? `；平均泄漏 ${percent(mean_leak_score, 'zh')}。` : '。'),
    before: ({ rows, exact_matches, mean_chrf }) =>
      `训练前：${rows} 行中有 ${exact_matches} 行逐字答对，相似度 ${mean_chrf.toFixed(0)}。`,
    sample: ({ rows, seed }, of) => `共 ${of} 行，按种子 ${seed} 抽取了 ${rows} 行来问。`,
    answerProbe: '给出问题和输入：应当答出这一行的答案',
    leakProbe: '只给问题：不应背出输入',
    row: '行',
    asked: '问',
    answer: '模型的回答',
    label: '答案',
    closestLabel: '最接近的答案',
    untrained: '训练前的回答',
    exact: '逐字相同',
    likeness: '相似度',
    leak: '泄漏',
    marks: '两者不同之处：模型的回答加下划线，答案加删除线。',
    measures: [
      '相似度即 chrF：回答与答案共有多少一至六个字符的片段，0 到 100。',
      '泄漏：输入中没有任何答案含有、却被模型背出的部分所占的比例；掩码起作用时为 0 %。',
    ],
    yes: '是',
    no: '否',
    nothing: '它什么也没有说。',
  },
}
