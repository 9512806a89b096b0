/** What a process measures itself by. */
export interface InferTask {
  folder: string
  precision: 'float32' | 'int8'
  threads: number
  /** A text: its first `promptLength` tokens are the prompt, all of them what the model is scored on. */
  ids: number[]
  promptLength: number
  newTokens: number
  /** Readings of the prompt and answers to it; the first of them meets cold memory. */
  repeats: number
  /** When the process was started, in milliseconds since 1970. */
  started: number
}

/** The same for llama.cpp. */
export interface LlamaCppTask extends Omit<InferTask, 'folder' | 'precision'> {
  /** To import node-llama-cpp from. */
  llamaCpp: string
  /** The model as GGUF. */
  file: string
}

export interface InferMeasurement {
  /** From the start of the process until the model is open, and until the first token behind the prompt. */
  secondsToOpen: number
  secondsToFirstToken: number
  /** Of each repeat. */
  secondsOfPrompt: number[]
  secondsOfAnswer: number[]
  /** Mean negative log-likelihood of the text. */
  loss: number
  /** Bytes that the process had at most. Pages of a mapped file count while they are in memory. */
  peakMemory: number
  versions: Record<string, string>
}
