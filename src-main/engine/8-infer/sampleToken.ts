export interface SamplingSettings {
  /** Divides the logits; 0 takes the likeliest token. */
  temperature: number
  /** Only this many of the likeliest tokens; 0 for all. */
  top_k: number
  /** Only the likeliest tokens that together have this probability; 1 for all. */
  top_p: number
}

/**
 * Picks a token: temperature, then top-k, then top-p, then a draw, in the order of transformers' generate.
 * @param logits one for each token [V]
 * @param random uniform in [0, 1)
 */
export function sampleToken(logits: Float32Array, { temperature, top_k, top_p }: SamplingSettings, random: () => number): number {
  if (temperature === 0) return likeliest(logits)
  const size = top_k > 0 ? Math.min(top_k, logits.length) : logits.length
  const order = Uint32Array.from(logits.keys())
    .sort((a, b) => (logits[b] ?? NaN) - (logits[a] ?? NaN) || a - b)
    .subarray(0, size)
  const largest = logits[order[0] ?? 0] ?? NaN
  const weights = Float64Array.from(order, (token) => Math.exp(((logits[token] ?? NaN) - largest) / temperature))
  const total = weights.reduce((sum, weight) => sum + weight, 0)

  // The smallest set of likeliest tokens whose probability reaches top_p; one at least.
  let kept = 0
  let mass = 0
  while (kept < weights.length && (kept === 0 || mass < top_p * total)) mass += weights[kept++] ?? NaN

  let rest = random() * mass
  for (let i = 0; i < kept; i++) {
    rest -= weights[i] ?? NaN
    if (rest < 0) return order[i] ?? 0
  }
  return order[kept - 1] ?? 0
}

/** The first of the largest. */
function likeliest(logits: Float32Array): number {
  let best = 0
  logits.forEach((logit, token) => {
    if (logit > (logits[best] ?? NaN)) best = token
  })
  return best
}
