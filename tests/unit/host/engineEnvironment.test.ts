import { expect, it } from 'vitest'
import { engineEnvironment } from '../../../src-main/host/engineEnvironment.ts'

it('asks for huge pages beside what is set, and leaves a choice of the own alone', () => {
  expect(engineEnvironment({ HOME: '/home/a' })).toEqual({ HOME: '/home/a', GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' })
  const chosen = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' }
  expect(engineEnvironment(chosen)).toEqual(chosen)
})
