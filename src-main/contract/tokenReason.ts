/**
 * Why a token is learned or not.
 * - `given`: part of what the user says, masked
 * - `learned`: part of the answer (of everything, where everything is learned)
 * - `end-mark`: the end-of-text token that closes the row
 * - `cut-off`: lies behind `max_length`; not part of `ids`, shown only
 */
export type TokenReason = 'given' | 'learned' | 'end-mark' | 'cut-off'
