import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ascending, builtInCases } from './built-in-cases.ts'
import { questionsFor } from './built-in-rollout.ts'
import { type SampleStore, startSampleStore } from './sample-store.ts'

let store: SampleStore

beforeAll(async () => {
  store = await startSampleStore()
})
afterAll(() => store?.stop())

describe('asked of a real Prometheus, a built-in finds the series of either side and no others', () => {
  it.each(builtInCases)('$name in $sample', async ({ name, sample, args, expected }) => {
    await store.hold(sample)
    const found: Record<string, readonly number[]> = {}
    for (const [question, query] of Object.entries(questionsFor(name, args))) {
      found[question] = ascending((await store.ask(query)).map(({ value }) => value))
    }
    const wanted = Object.entries(expected).map(([question, values]) => [question, ascending(values)])
    expect(found).toEqual(Object.fromEntries(wanted))
  })
})
