import { expect, it } from 'vitest'
import { countedAgain, heldMemory, mostHeldMemory } from '../../../src-main/jobs/heldMemory.ts'

const mapping = (path: string, resident: number, proportional: number): string =>
  [
    `7f6e1c000000-7f6e1e000000 r--s 00a00000 fe:00 1234                       ${path}`,
    'Size:              32768 kB',
    `Rss:               ${resident} kB`,
    `Pss:               ${proportional} kB`,
    'Pss_Dirty:             0 kB',
    'VmFlags: rd mr me ms sd',
  ].join('\n')

it('counts a page of weights once, however often it is mapped', () => {
  const smaps = [mapping('/models/a folder/model.safetensors', 300, 150), mapping('/models/a folder/model.safetensors', 100, 50)]
  expect(countedAgain(smaps.join('\n'))).toBe(200 * 1024)
})

it('leaves other files, which other processes map as well, as the system counts them', () => {
  const smaps = [mapping('/usr/bin/node', 300, 30), mapping('', 100, 100), mapping('/models/model.safetensors', 10, 10)]
  expect(countedAgain(smaps.join('\n'))).toBe(0)
})

it('is what the process holds, and never more than it has ever held', () => {
  const held = heldMemory()
  expect(held).toBeGreaterThan(10e6)
  expect(mostHeldMemory()).toBeGreaterThan(0.9 * held)
})
