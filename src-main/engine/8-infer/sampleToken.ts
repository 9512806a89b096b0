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
  let rest = random() * sum(weights)
  for (let i = 0; i < tokens.length; i++) {
    rest -= weights[i] ?? NaN
    if (rest < 0) return tokens[i] ?? 0
  }
  return tokens.at(-1) ?? 0
}

/** What remains of all tokens after temperature (not 0), top-k and top-p. Plain loops: a vocabulary has 150,000 tokens, and each draw walks it. */
export function tokenDistribution(logits: Float32Array, { temperature, top_k, top_p }: SamplingSettings): TokenDistribution {
  const largest = logits[likeliest(logits)] ?? NaN
  const least = top_k > 0 && top_k < logits.length ? nthLargest(logits, top_k) : -Infinity
  const tokens = new Uint32Array(logits.length)
  const weights = new Float64Array(logits.length)
  let kept = 0
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] ?? NaN
    if (logit < least) continue
    tokens[kept] = token
    weights[kept++] = Math.exp((logit - largest) / temperature)
  }
  const all = { tokens: tokens.subarray(0, kept), weights: weights.subarray(0, kept) }
  return top_p < 1 ? nucleus(all, top_p) : all
}

/** The smallest set of likeliest tokens whose probability reaches `share`, one at least (Holtzman et al. 2020, arXiv:1904.09751, section 3.1). */
function nucleus({ tokens, weights }: TokenDistribution, share: number): TokenDistribution {
  const total = sum(weights)
  // Tokens up to this have no more than 1 - share together, so none of them is in the set: that leaves few of a large vocabulary to sort.
  const negligible = ((1 - share) * total) / weights.length
  const order: number[] = []
  for (let i = 0; i < weights.length; i++) if ((weights[i] ?? NaN) > negligible) order.push(i)
  order.sort((a, b) => (weights[b] ?? NaN) - (weights[a] ?? NaN) || a - b)
  let kept = 0
  let mass = 0
  while (kept < order.length && (kept === 0 || mass < share * total)) mass += weights[order[kept++] ?? 0] ?? NaN
  const inside = order.slice(0, kept)
  return { tokens: Uint32Array.from(inside, (i) => tokens[i] ?? 0), weights: Float64Array.from(inside, (i) => weights[i] ?? NaN) }
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/** The n-th largest value, equal ones counted each: Hoare's quickselect (CACM 4, 1961, algorithm 65). */
function nthLargest(values: Float32Array, n: number): number {
  const parted = values.slice()
  const at = (index: number): number => parted[index] ?? NaN
  const wanted = parted.length - n
  let left = 0
  let right = parted.length - 1
  while (left < right) {
    const pivot = at((left + right) >> 1)
    let [low, high] = [left, right]
    while (low <= high) {
      while (at(low) < pivot) low++
      while (at(high) > pivot) high--
      if (low > high) break
      const moved = at(low)
      parted[low++] = at(high)
      parted[high--] = moved
    }
    if (wanted <= high) right = high
    else if (wanted >= low) left = low
    else break
  }
  return at(wanted)
}

/** The first of the largest. */
function likeliest(logits: Float32Array): TokenId {
  let best = 0
  for (let token = 1; token < logits.length; token++) if ((logits[token] ?? NaN) > (logits[best] ?? NaN)) best = token
  return best
}
