import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compileCondition } from '../../analysis/condition.ts'
import { enoughAnswers } from '../../analysis/metric-state.ts'
import { maxSamples } from '../../api/analysis-run.ts'
import { conditionDefaults, evidenceDefaults } from '../../api/limits.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'

const page = readFileSync(new URL('../../docs/analysis-conditions.md', import.meta.url), 'utf8')
const example = /^```yaml\n([\s\S]*?)^```/m.exec(page)?.[1] ?? ''

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

  it.each([
    `\`count: ${conditionDefaults.count}\``,
    `\`failureLimit: ${conditionDefaults.failureLimit}\``,
    `\`ratio: ${evidenceDefaults.ratio}\``,
    `\`margin: ${evidenceDefaults.margin}\``,
    `\`passEarly: ${evidenceDefaults.passEarly}\``,
    `in ${enoughAnswers} answered measurements`,
    `The last ${maxSamples} samples`,
  ])('says what the code does: %s', (words) => {
    expect(page).toContain(words)
  })
})
