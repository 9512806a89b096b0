/** How much of anything from outside is believed before it is looked at. Sizes are in bytes unless the name says otherwise. */

/** The cap of the reference implementation (safetensors/src/tensor.rs, MAX_HEADER_SIZE); real headers are a few hundred kilobytes. */
export const MAX_SAFETENSORS_HEADER = 100_000_000

/** A name is kept in memory, printed and used as a key; the longest in known models have about 100 characters. */
export const MAX_TENSOR_NAME_CHARACTERS = 1_000

/** numpy's and torch's own limits are 32 and 64; a decoder's weights have at most two. */
export const MAX_TENSOR_DIMENSIONS = 16

/** model.safetensors.index.json names every tensor once: the largest published one (a mixture of experts, 90,000 tensors) has 9 MB. */
export const MAX_WEIGHT_INDEX = 50_000_000

/** The largest published model has fewer than 300 shards; each one is an open file, of which Linux allows 1,024 by default. */
export const MAX_SHARDS = 500

/** Enough to see the name of a zip's first entry, by which PyTorch's pickles are known. */
export const FORMAT_PREFIX = 256

/** A model's folder has a few dozen files. Somebody may point at their home folder instead. */
export const MAX_FOLDER_ENTRIES = 1_000

/** config.json, generation_config.json, tokenizer_config.json: real ones are below 100 kB, with many added tokens below 1 MB. */
export const MAX_CONFIG_JSON = 10_000_000

/** tokenizer.json: Gemma's, with 262,000 tokens, has 34 MB; it is parsed as a whole, and its objects take about ten times that. */
export const MAX_TOKENIZER_JSON = 200_000_000

/** vocab.json, merges.txt, tokenizer.model, chat_template.jinja, LICENSE and their like, which are copied along as they are. */
export const MAX_SIDE_FILE = 200_000_000

/** README.md is only searched for its front matter. */
export const MAX_README = 2_000_000

/** A journal is read as a whole when it is opened: a long run's metrics take tens of megabytes. */
export const MAX_JOURNAL = 1_000_000_000

/** manifest.json: one line per file of a folder that we wrote ourselves. */
export const MAX_MANIFEST = 10_000_000

/** Read and written at once. Node refuses reads of 2 GiB and more; beyond a few megabytes a larger piece gains nothing. */
export const IO_CHUNK = 8 * 1024 * 1024

/** Where a safetensors file is split, as in transformers 4 ("5GB"; 5.x has "50GB"): half-billion models stay one file, and it uploads. */
export const MAX_SHARD_SIZE = 5_000_000_000

/** Dimensions that a config may claim. Far above any model (the largest have 16,384 × 126 layers), far below what overflows a product. */
export const MAX_LAYERS = 1_000
export const MAX_WIDTH = 1_000_000
export const MAX_VOCABULARY = 10_000_000
