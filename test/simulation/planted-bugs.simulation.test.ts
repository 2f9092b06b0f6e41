import { afterAll, describe, expect, it } from 'vitest'
import { type Catch, catchText, fish } from './fishing.ts'
import { plantedBugs } from './planted-bugs.ts'

/** Most are found in the first few stories. */
const mostRuns = 4_000

describe('a bug that is planted in the product is found by a broken promise:', () => {
  const catches: Catch[] = []
  afterAll(() => console.log(catchText(catches)))

  it.each(plantedBugs)('$name', async (bug) => {
    const found = await fish(bug, mostRuns)
    catches.push(found)
    expect(found.promise, `not found in ${found.runs} stories`).toBeDefined()
  })
})
