import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { openTokenizer, type Tokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { refineTokenizerJson } from '../../src-main/engine/2-tokens/refineTokenizerJson.ts'
import { measureRows } from '../../src-main/engine/2-tokens/tokeniseRow.ts'
import type { TokenizerJson } from '../../src-main/engine/2-tokens/tokenizerFiles.ts'
import { preparePeers } from '../peers/preparePeers.ts'
import { withQwenTokenizer } from '../peers/qwenTokenizer.ts'
import { countOption, peerOption, roundsOption, type Benchmark, type BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'
import { runPython } from './runMeasured.ts'
import { spread } from './spread.ts'
import { LANGUAGES, tokenRows, type Language } from './tokenRows.ts'

const TOKENS_OF_ROW = 60
const TINY_ROWS = 200

interface TokeniseSide {
  name: string
  /** Of every round. */
  seconds: number[]
}

export interface TokeniseResult extends BenchmarkResult {
  rows: number
  languages: {
    language: Language
    /** UTF-8. */
    bytes: number
    tokens: number
    sides: TokeniseSide[]
    /** All that "What it learns" needs of the rows, which are tokenised twice for it: with and without their answers. */
    measured: TokeniseSide
  }[]
}

interface Encoded {
  seconds: number
  /** SHA-256 of all ids. */
  ids: string
}

interface TokeniseOptions {
  rows: number
  rounds: number
  peer: boolean
}

/** Rows of 60 tokens by Qwen's tokenizer, each side in turn; all must give the same ids. @throws Error where they do not */
function measure(
  { rows: wanted, rounds, peer, tiny }: TokeniseOptions & { tiny: boolean },
  say: (line: string) => void,
): Promise<TokeniseResult> {
  const count = tiny ? TINY_ROWS : wanted
  const python = peer ? preparePeers(say).python : null
  return withQwenTokenizer('<|endoftext|>', async (folder) => {
    const file = join(folder, 'tokenizer.json')
    const tokenizer = await openTokenizer(folder)
    const library = peer ? openLibrary(file) : null
    const versions: Record<string, string> = {}
    if (library) versions['@huggingface/tokenizers'] = versionOf('@huggingface/tokenizers')
    const languages: TokeniseResult['languages'] = []
    for (const language of LANGUAGES) {
      const rows = tokenRows(tokenizer, language, count, TOKENS_OF_ROW)
      const texts = rows.map(({ instruct, input, label }) => instruct + input + label)
      const found = new Map<string, Encoded[]>()
      const measured: number[] = []
      const add = (name: string, encoded: Encoded): void => void found.set(name, [...(found.get(name) ?? []), encoded])
      for (let round = 1; round <= rounds; round++) {
        say(`${language}, round ${round} of ${rounds}`)
        add(
          'TuneDesk',
          encode(texts, (text) => tokenizer.encode(text, { addSpecialTokens: false })),
        )
        const started = performance.now()
        await measureRows(tokenizer, rows, 'plain')
        measured.push((performance.now() - started) / 1000)
        if (library)
          add(
            'transformers.js',
            encode(texts, (text) => library.encode(text, { add_special_tokens: false }).ids),
          )
        if (python === null) continue
        const rust = await runPython<{ one: Encoded; all: Encoded; version: string }>(python, 'measure_tokenizers.py', {
          tokenizer: file,
          texts,
        })
        versions['tokenizers'] = rust.version
        add('tokenizers (Rust), one core', rust.one)
        add(`tokenizers (Rust), ${availableParallelism()} cores`, rust.all)
      }
      const all = [...found.values()].flat()
      if (new Set(all.map(({ ids }) => ids)).size !== 1) throw new Error(`${language}: the sides give different ids`)
      languages.push({
        language,
        bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
        tokens: tokensOf(tokenizer, texts),
        sides: [...found].map(([name, encoded]) => ({ name, seconds: encoded.map(({ seconds }) => seconds) })),
        measured: { name: 'TuneDesk, “What it learns”', seconds: measured },
      })
    }
    return { versions, rows: count, languages }
  })
}

function table({ rows, languages }: TokeniseResult): string {
  return [
    `${rows} rows of ${TOKENS_OF_ROW} tokens by Qwen's tokenizer; the same ids on every side.`,
    '',
    formatTable(
      ['rows in', 'with', 'seconds, quickest', 'median', 'slowest', 'MB/s', 'tokens/s'],
      languages.flatMap(({ language, bytes, tokens, sides, measured }) =>
        [...sides, measured].map(({ name, seconds }) => {
          const { quickest, median, slowest } = spread(seconds)
          const figures = [quickest, median, slowest, bytes / 1e6 / median].map((value) => value.toFixed(2))
          return [language, name, ...figures, (tokens / median).toFixed(0)]
        }),
      ),
    ),
  ].join('\n')
}

function encode(texts: readonly string[], encodeText: (text: string) => number[]): Encoded {
  const started = performance.now()
  const ids = texts.map(encodeText)
  const seconds = (performance.now() - started) / 1000
  const hash = createHash('sha256')
  for (const each of ids) hash.update(`${each.join()}\n`)
  return { seconds, ids: hash.digest('hex') }
}

const tokensOf = (tokenizer: Tokenizer, texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + tokenizer.encode(text, { addSpecialTokens: false }).length, 0)

function openLibrary(file: string): LibraryTokenizer {
  return new LibraryTokenizer(refineTokenizerJson(JSON.parse(readFileSync(file, 'utf8')) as TokenizerJson), {})
}

function versionOf(name: string): string {
  const resolved = createRequire(import.meta.url).resolve(name)
  const folder = resolved.slice(0, resolved.lastIndexOf(name) + name.length)
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}

export const tokeniseBenchmark: Benchmark<TokeniseOptions, TokeniseResult> = {
  name: 'tokenise',
  description: "rows of 60 tokens in Chinese and in English by Qwen's tokenizer",
  title: 'Tokenising',
  about: `Texts of the vocabulary's words, as frequent as words are in texts of people. Every side encodes all of them one after another, and gives the same
ids; the Rust library does it on all cores as well. The last line of a language is all that "What it learns" needs: it tokenises a row with and without its
answer. MB/s and tokens/s are of the median.`,
  options: [
    peerOption('transformers.js and the Rust library'),
    countOption('--rows <number>', 'of each language', 1, 100_000),
    roundsOption('of each side', 3),
  ],
  measure,
  table,
}
