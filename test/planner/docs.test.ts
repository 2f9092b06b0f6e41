import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { phases, stages } from '../../api/status.ts'
import { transitions } from '../../rollout-controller/planner/transitions.ts'

const page = readFileSync(new URL('../../docs/planner.md', import.meta.url), 'utf8')

describe('docs/planner.md', () => {
  it('shows exactly the transitions that the code has', () => {
    const shown = [...page.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
      ([, name, from, to, when]) => [name, from, to, when],
    )
    const coded = Object.entries(transitions).map(([name, { from, to, when }]) => [name, from, to, when])
    expect(shown).toEqual(coded)
  })
  it('names every phase and every stage', () => {
    for (const name of [...phases, ...stages]) expect(page).toContain(`\`${name}\``)
  })
})
