import { play } from './play.ts'
import type { Simulator } from './simulator.ts'
import type { Story } from './story.ts'

/** A story as it went, line by line, with its plan and what it broke. */
export async function tellStory(story: Story, simulator: Simulator): Promise<readonly string[]> {
  const lines: string[] = []
  const { breaches, ending } = await play(story, simulator, (atMs, line) => lines.push(`${stamp(atMs)}  ${line}`))
  const broken = breaches.map(({ promise, what, atMs }) => `BROKEN at ${stamp(atMs)}: ${promise}: ${what}`)
  return [...lines, ...planOf(story), `it ends in ${ending}`, ...broken]
}

function planOf({ seed, shop, pace, acts, faults, approver }: Story): readonly string[] {
  return [
    `seed     ${seed}`,
    `shop     ${JSON.stringify(shop)}`,
    `pace     ${JSON.stringify(pace)}`,
    `approver ${JSON.stringify(approver)}`,
    ...acts.map((act) => `act      ${JSON.stringify(act)}`),
    ...faults.map((fault) => `fault    ${JSON.stringify(fault)}`),
  ]
}

const stamp = (ms: number): string => `${(ms / 1000).toFixed(3).padStart(9)} s`
