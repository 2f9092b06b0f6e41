import { play } from './play.ts'
import type { Simulator } from './simulator.ts'
import type { Story } from './story.ts'

/**
 * A shorter story that breaks the same promise: leaves out acts and faults one after another, for as long as it still
 * breaks (delta debugging by single steps: stories are short).
 */
export async function shrink(story: Story, simulator: Simulator): Promise<Story> {
  const promise = await brokenIn(story, simulator)
  if (promise === undefined) return story
  let shortest = story
  for (let isShorter = true; isShorter; ) {
    isShorter = false
    for (const candidate of shorterOnes(shortest)) {
      if ((await brokenIn(candidate, simulator)) !== promise) continue
      shortest = candidate
      isShorter = true
      break
    }
  }
  return shortest
}

async function brokenIn(story: Story, simulator: Simulator): Promise<string | undefined> {
  const { breaches } = await play(story, simulator)
  return breaches[0]?.promise
}

function* shorterOnes(story: Story): Iterable<Story> {
  const { acts, faults, shop, approver } = story
  for (const index of faults.keys()) yield { ...story, faults: faults.toSpliced(index, 1) }
  for (const index of acts.keys()) yield { ...story, acts: acts.toSpliced(index, 1) }
  const { analysis, ...unjudged } = shop
  if (analysis !== undefined) yield { ...story, shop: unjudged }
  if (shop.routes > 1) yield { ...story, shop: { ...shop, routes: 1 } }
  if (shop.steps.length > 1) yield { ...story, shop: { ...shop, steps: shop.steps.slice(0, -1) } }
  if (approver?.twice === true) yield { ...story, approver: { ...approver, twice: false } }
}
