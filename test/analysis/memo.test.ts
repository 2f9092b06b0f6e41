import { expect, it } from 'vitest'
import { createMemo } from '../../analysis/memo.ts'

it('a memo keeps what it is told, and the newest of a key', () => {
  const memo = createMemo<number>(2)
  memo.set('a', 1)
  memo.set('a', 2)
  expect([memo.get('a'), memo.get('b')]).toEqual([2, undefined])
})

it('a memo lets go of what was not asked for the longest, and keeps no more than it may', () => {
  const memo = createMemo<number>(2)
  memo.set('a', 1)
  memo.set('b', 2)
  memo.get('a')
  memo.set('c', 3)
  expect([memo.get('a'), memo.get('b'), memo.get('c')]).toEqual([1, undefined, 3])
})
