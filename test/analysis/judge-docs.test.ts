import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { maxSeries } from '../../analysis/evidence/counters.ts'
import { falsePass } from '../../analysis/evidence/judge-counts.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'

const page = readFileSync(new URL('../../docs/judge.md', import.meta.url), 'utf8')
const example = /^```yaml\n([\s\S]*?)^```/m.exec(page)?.[1] ?? ''

describe('docs/judge.md', () => {
  it('opens with a metric that can be used', () => {
    const parsed = parseAnalysis({
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'Analysis',
      metadata: { name: 'errors', namespace: 'shop' },
      spec: parse(example),
    })
    expect(parsed).toMatchObject({ kind: 'ok', spec: { metrics: [{ condition: { kind: 'evidence', ratio: 1.1 } }] } })
  })

  it('says what the code does', () => {
    expect(page).toContain(`${falsePass * 100} % of the canaries`)
    expect(page).toContain(`more than ${maxSeries} series`)
  })

  it('has the whole table', () => {
    expect(page).toMatch(/judge-table: generated.*### Goals.*z-test.*judge-table: end/s)
  })
})
