import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { TuneDeskError } from '../../contract/error.ts'
import { addToken, addTokensOfConfig, idOfToken, namedTokens, specialToken } from './addedTokens.ts'
import { createByteLevelEncoder } from './byteLevelEncoder.ts'
import { byteLevelModel, type ByteLevelModel } from './byteLevelModel.ts'
import { openChatRenderer, type ChatRenderer, type Conversation } from './chatRenderer.ts'
import { chatTemplateSource } from './chatTemplateSource.ts'
import { refineTokenizerJson } from './refineTokenizerJson.ts'
import { tokenBytes } from './tokenBytes.ts'
import type { TokenId } from './tokenisedRow.ts'
import { readTokenizerFiles, type TokenizerFiles, type TokenizerJson } from './tokenizerFiles.ts'

const ADDED_PAD_TOKEN = '[PAD]'

export interface EncodeOptions {
  /** Put around the text what the tokenizer's post-processor puts there, such as a begin mark; true unless said otherwise, as `tokenizer(text)` does. */
  addSpecialTokens?: boolean
}

export interface DecodeOptions {
  skipSpecialTokens?: boolean
}

/** A Hugging Face tokenizer: gives the ids that `AutoTokenizer` gives. */
export interface Tokenizer {
  /** The folder's files, `[PAD]` included: what `tokenizerOutput` saves. */
  readonly files: TokenizerFiles
  readonly bosToken: string | null
  readonly bosId: TokenId | null
  readonly eosToken: string
  readonly eosId: TokenId
  /** Never the end mark. */
  readonly padToken: string
  readonly padId: TokenId
  /** The tokenizer had no pad token of its own: `[PAD]` was added, or made the pad token. */
  readonly padAdded: boolean
  /** Rows that an embedding needs at least: the highest id + 1. A model whose `vocab_size` is smaller must be resized to it. */
  readonly vocabularySize: number
  /** Ids that `skipSpecialTokens` leaves out. */
  readonly specialIds: ReadonlySet<TokenId>
  /** What the post-processor puts before and behind a text. */
  readonly idsBefore: readonly TokenId[]
  readonly idsBehind: readonly TokenId[]
  /** The Jinja source of the model's chat template; null where it has none. */
  readonly chatTemplate: string | null
  encode(text: string, options?: EncodeOptions): TokenId[]
  /** Ids without a token (a model's spare rows) decode to nothing. */
  decode(ids: readonly TokenId[], options?: DecodeOptions): string
  /** The token as the vocabulary writes it; undefined for an id without one. */
  token(id: TokenId): string | undefined
  /** The UTF-8 bytes that a token stands for; those of one character may be spread over several tokens. */
  bytes(id: TokenId): Uint8Array
  /**
   * Writes conversations by the model's chat template.
   * @throws TuneDeskError tokenizer/no-chat-template, template/failed, template/over-limit
   */
  renderChat(conversations: readonly Conversation[]): Promise<string[]>
  /** Ends the thread that `renderChat` began. An idle one does not keep the process alive. */
  close(): Promise<void>
}

/**
 * Opens any Hugging Face tokenizer folder that has a `tokenizer.json`.
 *
 * A tokenizer has a pad token of its own if it names one other than its end mark. Otherwise `[PAD]` is added as a special token: were the two
 * the same, a training script that masks padding would mask the end mark with it, and the model would never learn to stop.
 * @throws TuneDeskError tokenizer/missing, tokenizer/damaged, tokenizer/unsupported, tokenizer/no-end-mark, and what reading files throws
 */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder)
  const { tokenizerJson, config } = files
  addTokensOfConfig(tokenizerJson, config)

  const eosToken = config.eos_token ?? tokenOfId(files, files.modelEosIds)
  if (!eosToken) throw new TuneDeskError('tokenizer/no-end-mark', { folder })
  const eosId = addToken(tokenizerJson, specialToken(eosToken))
  const ownPadToken = config.pad_token && config.pad_token !== eosToken ? config.pad_token : null
  const padToken = ownPadToken ?? ADDED_PAD_TOKEN
  const padId = addToken(tokenizerJson, specialToken(padToken))
  const bosToken = config.bos_token ?? null

  const { library, byteLevel } = openLibrary(files)
  const special = tokenizerJson.added_tokens.filter(({ special }) => special)
  const specialIds = new Set(special.map(({ id }) => id))
  const [idsBefore, idsBehind] = idsAround(library)
  const chatTemplate = chatTemplateSource(files)
  let renderer: ChatRenderer | null = null
  const content = contentEncoder(library, byteLevel, tokenizerJson)

  return {
    files,
    bosToken,
    bosId: bosToken === null ? null : (idOfToken(tokenizerJson, bosToken) ?? null),
    eosToken,
    eosId,
    padToken,
    padId,
    padAdded: ownPadToken === null,
    vocabularySize: highestId(files) + 1,
    specialIds,
    idsBefore,
    idsBehind,
    chatTemplate,
    encode(text, { addSpecialTokens = true } = {}) {
      return addSpecialTokens ? [...idsBefore, ...content(text), ...idsBehind] : content(text)
    },
    decode(ids, { skipSpecialTokens = false } = {}) {
      const known = ids.filter((id) => library.id_to_token(id) !== undefined && !(skipSpecialTokens && specialIds.has(id)))
      return known.length === 0 ? '' : library.decode(known)
    },
    token: (id) => library.id_to_token(id),
    bytes: tokenBytes(files, (id) => library.id_to_token(id)),
    async renderChat(conversations) {
      if (chatTemplate === null) throw new TuneDeskError('tokenizer/no-chat-template', { folder })
      renderer ??= openChatRenderer(chatTemplate, { ...namedTokens(config), eos_token: eosToken, pad_token: padToken })
      return renderer.render(conversations)
    },
    async close() {
      await renderer?.close()
    },
  }
}

/** The library for everything but merging bytes, where it is bytes that the tokenizer merges: then it is not given the merges, which take it long to read. */
function openLibrary({ folder, tokenizerJson, config }: TokenizerFiles): {
  library: LibraryTokenizer
  byteLevel: ByteLevelModel | null
} {
  try {
    const exact = refineTokenizerJson(tokenizerJson)
    const byteLevel = byteLevelModel(exact, config)
    const read = byteLevel ? { ...exact, pre_tokenizer: byteLevel.split, model: { ...exact.model, merges: [] } } : exact
    // transformers 5 cleans spaces up only where asked to, and never behind BPE (tokenization_utils_tokenizers.py, _decode); the library's default is true.
    const clean = config.clean_up_tokenization_spaces === true && exact.model.type !== 'BPE'
    return { library: new LibraryTokenizer(read, { ...config, clean_up_tokenization_spaces: clean }), byteLevel }
  } catch (cause) {
    if (cause instanceof TuneDeskError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TuneDeskError('tokenizer/unsupported', { parts: `${folder}: ${reason}` }, { cause })
  }
}

/** Ids of a text alone: by our own encoder where the tokenizer is of the kind that it knows, else by the library. */
function contentEncoder(
  library: LibraryTokenizer,
  byteLevel: ByteLevelModel | null,
  { added_tokens: addedTokens }: TokenizerJson,
): (text: string) => TokenId[] {
  if (byteLevel === null) return (text) => library.encode(text, { add_special_tokens: false }).ids
  const { normalizer, pre_tokenizer: splitter } = library
  return createByteLevelEncoder(byteLevel, {
    addedTokens,
    normalize: normalizer && ((text) => normalizer(text)),
    split: (text) => splitter?.pre_tokenize(text) ?? [text],
  })
}

/** What the post-processor puts around a text, read off a stand-in for the text. */
function idsAround(library: LibraryTokenizer): [TokenId[], TokenId[]] {
  if (library.post_processor === null) return [[], []]
  const text = '\0text'
  const { tokens } = library.post_processor.post_process([text], null, true)
  const at = tokens.indexOf(text)
  if (at < 0) throw new TuneDeskError('tokenizer/unsupported', { parts: 'post_processor without the text' })
  const ids = (list: string[]): TokenId[] => list.flatMap((token) => library.token_to_id(token) ?? [])
  return [ids(tokens.slice(0, at)), ids(tokens.slice(at + 1))]
}

function tokenOfId({ tokenizerJson: { added_tokens, model } }: TokenizerFiles, [id]: number[]): string | undefined {
  const added = added_tokens.find((token) => token.id === id)
  if (added || id === undefined) return added?.content
  if (!Array.isArray(model.vocab)) return Object.entries(model.vocab).find(([, tokenId]) => tokenId === id)?.[0]
  const entry = model.vocab[id]
  return Array.isArray(entry) && typeof entry[0] === 'string' ? entry[0] : undefined
}

function highestId({ tokenizerJson: { added_tokens, model } }: TokenizerFiles): TokenId {
  let highest = Array.isArray(model.vocab) ? model.vocab.length - 1 : -1
  if (!Array.isArray(model.vocab)) for (const id of Object.values(model.vocab)) highest = Math.max(highest, id)
  for (const { id } of added_tokens) highest = Math.max(highest, id)
  return highest
}
