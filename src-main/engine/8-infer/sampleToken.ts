import type { TokenId } from '../2-tokens/tokenisedRow.ts'

export interface SamplingSettings {
  /** Divides the logits; 0 takes the likeliest token. */
  temperature: number
  /** Only this many of the likeliest tokens, and those as likely as the last of them; 0 for all. */
  top_k: number
  /** Only the likeliest tokens that together have this probability; 1 for all. */
  top_p: number
}

/** Tokens that may be drawn and how likely, in any order. The weights need not add up to 1. */
export interface TokenDistribution {
  tokens: Uint32Array
  weights: Float64Array
}

/**
 * Makes tokens that were there before less likely, or with a penalty below 1 more likely, each once: transformers'
 * RepetitionPenaltyLogitsProcessor (Keskar et al. 2019, arXiv:1909.05858, section 4.1).
 * @param logits changed in place
 */
export function penaliseRepetition(logits: Float32Array, before: ReadonlySet<TokenId>, penalty: number): void {
  if (penalty === 1) return
  for (const token of before) {
    const logit = logits[token] ?? NaN
    logits[token] = logit < 0 ? logit * penalty : logit / penalty
  }
}

/**
 * Picks a token: temperature, then top-k, then top-p, then a draw, in the order of transformers' generate.
 * @param logits one for each token [V]
 * @param random uniform in [0, 1)
 */
export function sampleToken(logits: Float32Array, settings: SamplingSettings, random: () => number): TokenId {
  if (settings.temperature === 0) return likeliest(logits)
  const { tokens, weights } = tokenDistribution(logits, settings)
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [i, weight] of weights.entries()) {
    rest -= weight
    if (rest < 0) return tokens[i] ?? 0
  }
  return tokens.at(-1) ?? 0
}

/** What remains of all tokens after temperature (not 0), top-k and top-p. */
export function tokenDistribution(logits: Float32Array, { temperature, top_k, top_p }: SamplingSettings): TokenDistribution {
  const largest = logits[likeliest(logits)] ?? NaN
  const least = top_k > 0 && top_k < logits.length ? nthLargest(logits, top_k) : -Infinity
  const tokens = Uint32Array.from(logits.keys()).filter((token) => (logits[token] ?? NaN) >= least)
  const weights = Float64Array.from(tokens, (token) => Math.exp(((logits[token] ?? NaN) - largest) / temperature))
  return top_p < 1 ? nucleus({ tokens, weights }, top_p) : { tokens, weights }
}

/** The smallest set of likeliest tokens whose probability reaches `share`, one at least (Holtzman et al. 2020, arXiv:1904.09751, section 3.1). */
function nucleus({ tokens, weights }: TokenDistribution, share: number): TokenDistribution {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  // Tokens below this have less than 1 - share together, so none of them is in the set: that leaves few of a large vocabulary to sort.
  const negligible = ((1 - share) * total) / weights.length
  const order = Uint32Array.from(weights.keys())
    .filter((i) => (weights[i] ?? NaN) > negligible)
    .sort((a, b) => (weights[b] ?? NaN) - (weights[a] ?? NaN) || a - b)
  let kept = 0
  let mass = 0
  while (kept < order.length && (kept === 0 || mass < share * total)) mass += weights[order[kept++] ?? 0] ?? NaN
  const inside = order.subarray(0, kept)
  return { tokens: inside.map((i) => tokens[i] ?? 0), weights: Float64Array.from(inside, (i) => weights[i] ?? NaN) }
}

/** The n-th largest value, equal ones counted each. */
function nthLargest(values: Float32Array, n: number): number {
  return values.slice().sort()[values.length - n] ?? NaN
}

/** The first of the largest. */
function likeliest(logits: Float32Array): TokenId {
  let best = 0
  for (let token = 1; token < logits.length; token++) if ((logits[token] ?? NaN) > (logits[best] ?? NaN)) best = token
  return best
}
