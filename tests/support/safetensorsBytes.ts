/** A safetensors file made by hand: what stands in the header need not be true. */
export function safetensorsBytes(
  header: unknown,
  data: Uint8Array = new Uint8Array(),
  headerLength?: number | bigint,
): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header)
  const text = header instanceof Uint8Array ? header : new TextEncoder().encode(json)
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

export const float32Bytes = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer)
