import { expect, test } from 'vitest'
import { dynamicMap, quantisationTables } from '../../../../src-main/engine/5-exec/dynamicMap.ts'

/** Printed by bitsandbytes 0.50.2, functional.create_dynamic_map(signed).tolist(). */
const PLACES = [0, 1, 64, 126, 127, 128, 129, 190, 254, 255]
const SIGNED = [
  ...[-0.992968738079071, -0.9789062738418579, -0.09859374910593033, -5.500000384017767e-7, 0],
  ...[5.500000384017767e-7, 3.250000190746505e-6, 0.09859374910593033, 0.992968738079071, 1],
]
const UNSIGNED = [
  ...[0, 3.2500003044333425e-7, 0.012109375558793545, 0.09929687529802322, 0.103515625],
  ...[0.11054687201976776, 0.11757812649011612, 0.5464843511581421, 0.9964843988418579, 1],
]

test.each([
  [true, SIGNED],
  [false, UNSIGNED],
])('the numbers of the codes are bitsandbytes’, to the last bit (signed: %s)', (signed, wanted) => {
  const map = dynamicMap(signed)
  expect(map).toHaveLength(256)
  expect(PLACES.map((code) => map[code])).toEqual(wanted)
  expect(new Set(map).size).toBe(256)
})

test.each([
  ['signed', 0],
  ['unsigned', 1],
])('the tables say of each cell how many middles between neighbouring magnitudes lie below it: %s', (_, index) => {
  const { buffer } = quantisationTables()
  const middles = [...new Float32Array(buffer, 2048 + 1024 * index, 256)]
  const below = new Uint8Array(buffer, 4096 * (1 + index), 3073)
  const upperBits = Uint32Array.from(below, (_count, cell) => (13184 + cell) << 16)
  const beginnings = new Float32Array(upperBits.buffer)
  expect([beginnings[0], beginnings.at(-1)]).toEqual([2 ** -24, 1])
  const wanted = [...beginnings].map(
    (beginning) => middles.slice(0, middles.indexOf(Infinity)).filter((middle) => middle < beginning).length,
  )
  expect([...below]).toEqual(wanted)
})
