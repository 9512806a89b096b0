import { END_OF_TEXT, MESSAGE_END, MESSAGE_START } from '../tokenizer/tokenizerFiles.ts'
import type { Corpus, CorpusPart } from './buildCorpus.ts'
import type { Poem } from './cleanPoem.ts'
import { fractionOf } from '../random.ts'

/** A poem as it stands in a book: title, author, a couplet a line. */
export function asInBook({ title, author, lines }: Poem): string {
  return [...(title === '' ? [] : [`《${title}》`]), ...(author === '' ? [] : [author]), ...lines].join('\n')
}

interface Exchange {
  question: string
  answer: string
}

/** A request for the poem: by its title, by its author, by its beginning. What people who fine-tune a model write in their rows. */
function request(poem: Poem, choice: number): Exchange {
  const whole = poem.lines.join('\n')
  const half = Math.ceil(poem.lines.length / 2)
  const beginning = poem.lines.slice(0, half).join('\n')
  const rest = poem.lines.slice(half).join('\n')
  const requests: Exchange[] = [
    { question: `请接着写：${beginning}`, answer: rest },
    ...(poem.title === ''
      ? []
      : [
          { question: `请以《${poem.title}》为题写一首诗：`, answer: whole },
          { question: `请你写一首诗，题目是《${poem.title}》：`, answer: whole },
        ]),
    ...(poem.author === '' ? [] : [{ question: `请你像${poem.author}那样写一首诗：`, answer: whole }]),
  ]
  return requests[Math.floor(choice * requests.length)] as Exchange
}

/** The second half of a line asked for by its first. */
function nextClause(poem: Poem, choice: number): Exchange | null {
  const line = poem.lines[Math.floor(choice * poem.lines.length)] as string
  const comma = line.indexOf('，') + 1
  return comma === 0 ? null : { question: `接下一句：${line.slice(0, comma)}`, answer: line.slice(comma) }
}

const plain = ({ question, answer }: Exchange): string => question + answer
const asChat = ({ question, answer }: Exchange): string =>
  `${MESSAGE_START}user\n${question}${MESSAGE_END}\n${MESSAGE_START}assistant\n${answer}${MESSAGE_END}\n`

/** A poem in one form: six of ten as in a book, the others as the answer to a request, one in four of those as a chat. */
function document(poem: Poem): string {
  const key = poem.lines.join('')
  const [form, choice, chat] = [fractionOf(`form ${key}`), fractionOf(`choice ${key}`), fractionOf(`chat ${key}`)]
  if (form < 0.6) return asInBook(poem)
  const exchange = (form < 0.7 ? nextClause(poem, choice) : null) ?? request(poem, choice)
  return chat < 0.25 ? asChat(exchange) : plain(exchange)
}

/** The texts that the model is trained on. The poems that people know by heart come in every form besides. */
export function trainingDocuments({ train, famous }: Corpus): string[] {
  const knownByHeart = famous.flatMap((poem) => {
    const choice = fractionOf(poem.lines.join(''))
    const clauses = poem.lines.flatMap((_, i) => nextClause(poem, i / poem.lines.length) ?? [])
    return [asInBook(poem), plain(request(poem, choice)), ...clauses.map(plain)]
  })
  return [...train.poems.map(document), ...knownByHeart, ...train.prose].map(close)
}

/** The texts on which the model is measured: poems as in a book, and prose. */
export function heldOutDocuments({ poems, prose }: CorpusPart): { poems: string[]; prose: string[] } {
  return { poems: poems.map(asInBook).map(close), prose: prose.map(close) }
}

function close(text: string): string {
  return text + END_OF_TEXT
}
