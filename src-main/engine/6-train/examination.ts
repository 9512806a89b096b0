/** Asks the model that is being trained, as it is between two optimizer steps. It leaves the model and the run's numbers alone. */
export interface Examination {
  /** A question of the training rows, always the same one, and what the model answers to it. */
  sample(): Promise<{ question: string; answer: string; label: string }>
  /** Whether the model answers the training rows' questions word for word. */
  passes(): Promise<boolean>
}
