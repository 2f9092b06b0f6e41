import { readdirSync, readFileSync } from 'node:fs'
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
  it('names every reason to wait that the planner gives', () => {
    const folder = new URL('../../rollout-controller/planner/', import.meta.url)
    const code = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
    const waits = code.flatMap((text) =>
      [...text.matchAll(/reason: '([A-Za-z]+)',\s+message:/g)].map(([, reason]) => reason),
    )
    expect(waits.length).toBeGreaterThan(15)
    for (const reason of waits) expect(page).toContain(`\`${reason}\``)
  })
  it('names every phase and every stage', () => {
    for (const name of [...phases, ...stages]) expect(page).toContain(`\`${name}\``)
  })
})
