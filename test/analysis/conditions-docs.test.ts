import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compileCondition } from '../../analysis/condition.ts'
import { enoughAnswers } from '../../analysis/metric-state.ts'
import { maxSamples } from '../../api/analysis-run.ts'
import { conditionSchemas } from '../../api/crds/metric-condition.ts'
import { compareDefaults, conditionDefaults, evidenceDefaults } from '../../api/limits.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'

const page = readFileSync(new URL('../../docs/analysis-conditions.md', import.meta.url), 'utf8')
const example = /^```yaml\n([\s\S]*?)^```/m.exec(page)?.[1] ?? ''

/** The fields that the table under a heading names, in code, with what its last column says of them. */
function rowsUnder(heading: string): ReadonlyMap<string, string> {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| (`[^|]*`[^|]*) \| [^|]+ \| ([^|]+) \|$/gm)
  const named = [...rows].flatMap(([, fields = '', said = '']) =>
    [...fields.matchAll(/`([^`]+)`/g)].map(([, field = '']) => [field, said] as const),
  )
  return new Map(named)
}

const counts = `\`${conditionDefaults.count}\`, \`${conditionDefaults.failureLimit}\`, none`

/** By condition and field, what the last column of its table begins with. */
const defaults: readonly (readonly [condition: string, field: string, said: string])[] = [
  ['threshold', 'fail', 'what does not pass fails'],
  ['threshold', 'count', `\`${conditionDefaults.count}\``],
  ['threshold', 'failureLimit', `\`${conditionDefaults.failureLimit}\``],
  ['threshold', 'consecutiveErrorLimit', 'none'],
  ['compare', 'margin', `\`relative: ${compareDefaults.relative}\``],
  ['compare', 'minimumSample', 'none'],
  ['compare', 'count', counts],
  ['evidence', 'ratio', `\`${evidenceDefaults.ratio}\``],
  ['evidence', 'margin', `\`${evidenceDefaults.margin}\``],
  ['evidence', 'passEarly', `\`${evidenceDefaults.passEarly}\``],
]

describe('docs/analysis-conditions.md', () => {
  const parsed = parseAnalysis(parse(example))
  const metrics = parsed.kind === 'ok' ? parsed.spec.metrics : []

  it('opens with an analysis that can be used, with one metric of each condition', () => {
    expect(parsed).toMatchObject({ kind: 'ok' })
    expect(metrics.map(({ condition }) => condition.kind)).toEqual(['threshold', 'compare', 'evidence'])
  })

  it('has expressions that can be tested', () => {
    const thresholds = metrics.flatMap(({ condition }) => (condition.kind === 'threshold' ? [condition] : []))
    const texts = thresholds.flatMap(({ pass, fail }) => [pass, fail ?? pass])
    expect(texts.map((text) => compileCondition(text).kind)).toEqual(['ok', 'ok'])
  })

  it.each(Object.entries(conditionSchemas))(
    'has a row for every field of %s, and says which are required',
    (kind, schema) => {
      const rows = rowsUnder(kind)
      for (const field of Object.keys(schema.properties ?? {})) expect([...rows.keys()]).toContain(field)
      const required = [...rows].filter(([, said]) => said === 'required').map(([field]) => field)
      expect(new Set(required)).toEqual(new Set(schema.required))
    },
  )

  it.each(defaults)('gives the default of %s, %s', (condition, field, said) => {
    expect(rowsUnder(condition).get(field)?.startsWith(said)).toBe(true)
  })

  it('gives the choices that are taken when none is made', () => {
    const spec = { metrics: [{ name: 'm', prometheus: {}, threshold: { query: 'q', pass: 'value > 0' } }] }
    const plain = parseAnalysis({ spec })
    const condition = plain.kind === 'ok' ? plain.spec.metrics[0]?.condition : undefined
    const rows = rowsUnder('threshold')
    const said = [rows.get('over'), rows.get('noData')].map((text) => text?.replaceAll('`', ''))
    expect(condition).toMatchObject({ over: said[0], noData: said[1] })
  })

  it.each([`in ${enoughAnswers} answered measurements`, `The last ${maxSamples} samples`])(
    'says what the code does: %s',
    (words) => {
      expect(page).toContain(words)
    },
  )
})
