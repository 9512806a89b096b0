/** What a process that trains tells on its last line, ours and the peer's alike. */
export interface MeasuredRun {
  /** Seconds of each optimizer step: forward, backward, clipping, AdamW. */
  steps: number[]
  losses: number[]
  /** Seconds from the start of the process to the end of its first step. */
  firstStepDone: number
  /** The most memory that the process has held, in bytes. */
  peakMemory: number
}
