// Everything before the training: fetches and cleans the corpus, learns the tokenizer, writes the couplets sample and the token cache.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { buildCorpus } from './corpus/buildCorpus.ts'
import { heldOutDocuments, trainingDocuments } from './corpus/documents.ts'
import { CACHE_FOLDER, SAMPLES_FOLDER, STARTER_MODEL_FOLDER } from './paths.ts'
import { coupletSample } from './samples/couplets.ts'
import { tokeniseDocuments, writeTokenCache } from './tokenizer/tokenCache.ts'
import { tokenizerFiles } from './tokenizer/tokenizerFiles.ts'
import { trainTokenizer } from './tokenizer/trainTokenizer.ts'

await mkdir(CACHE_FOLDER, { recursive: true })
await mkdir(STARTER_MODEL_FOLDER, { recursive: true })

const corpus = await buildCorpus(CACHE_FOLDER)
console.log(`corpus: ${corpus.train.poems.length} poems and ${corpus.train.prose.length} passages to train on,`)
console.log(`        ${corpus.heldOut.poems.length} poems and ${corpus.heldOut.prose.length} passages held out`)

const sampleText = await readFile(path.join(SAMPLES_FOLDER, 'poems', 'rows.jsonl'), 'utf8')
const bpe = trainTokenizer(corpus.train, sampleText)
const files = tokenizerFiles(bpe)
for (const [name, content] of Object.entries(files)) {
  await writeFile(path.join(STARTER_MODEL_FOLDER, name), `${JSON.stringify(content, null, 1)}\n`)
}
console.log(`tokenizer: ${bpe.vocabulary.length} tokens`)

const tokenizer = new Tokenizer(files['tokenizer.json'] as object, files['tokenizer_config.json'] as object)
const encode = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids

const couplets = coupletSample(corpus.heldOut.poems, (character) => encode(character).length === 1)
const coupletsFolder = path.join(SAMPLES_FOLDER, 'couplets')
await writeFile(path.join(coupletsFolder, 'rows.jsonl'), couplets.rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
await writeFile(path.join(coupletsFolder, 'splits.json'), `${JSON.stringify({ heldOut: couplets.heldOut })}\n`)
console.log(`couplets: ${couplets.rows.length} rows, ${couplets.heldOut.length} of them held out`)

const heldOut = heldOutDocuments(corpus.heldOut)
for (const [name, documents] of Object.entries({
  train: trainingDocuments(corpus),
  'held-out-poems': heldOut.poems,
  'held-out-prose': heldOut.prose,
})) {
  const tokenised = tokeniseDocuments(documents, encode)
  await writeTokenCache(path.join(CACHE_FOLDER, name), tokenised)
  console.log(`${name}: ${documents.length} documents, ${tokenised.tokens.length} tokens`)
}
