/** One example. */
export interface Row {
  /** What is always asked, such as "Write a poem about:". */
  instruct: string
  /** What this example asks; may be empty. */
  input: string
  /** The answer to learn. */
  label: string
}
