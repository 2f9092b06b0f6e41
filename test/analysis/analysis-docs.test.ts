import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { longestToldApart } from '../../analysis/pod-names.ts'
import { renderAnalysis } from '../../analysis/render.ts'
import { variablesOf } from '../../analysis/variables.ts'
import { metricSchema } from '../../api/crds/metric.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import {
  defaultAnalysisDeadline,
  maxMetrics,
  maxQueryLength,
  metricDefaults,
  shortestInterval,
} from '../../api/limits.ts'
import { analysisResource, apiVersion, rolloutResource } from '../../api/names.ts'
import { parseRollout } from '../../api/parse.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'
import { createShop } from '../builders/shop.ts'
import { startControl } from '../rollout-controller/shop-floor.ts'

const page = readFileSync(new URL('../../docs/analysis.md', import.meta.url), 'utf8')
const [, example = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(page) ?? []
type Example = KubeObject & { readonly spec: { readonly strategy?: unknown } }
const [analysis, rollout] = parseAllDocuments(example).map((document): Example => document.toJS())

const facts = {
  rollout: 'shop',
  namespace: 'prod',
  workload: 'shop',
  routes: ['shop'],
  stableServices: ['shop'],
  canaryServices: ['shop-canary'],
  stableRevision: 'abcdef0123',
  canaryRevision: '0123456789',
}

/** What the first column of a table names, in code, under a heading. */
function rowsUnder(heading: string): readonly string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| (`[^|]*`[^|]*) \|/gm)
  return [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

describe('docs/analysis.md', () => {
  it('opens with an Analysis and a Rollout that can use it', () => {
    const parsed = parseAnalysis(analysis)
    const used = parseRollout(rollout)
    expect([parsed, used]).toMatchObject([{ kind: 'ok' }, { kind: 'ok' }])
    const canary = used.kind === 'ok' ? used.spec.strategy.canary : undefined
    const gates = canary?.steps.flatMap((step) => step.gates) ?? []
    const inGates = gates.flatMap((gate) => (gate.kind === 'analysis' ? [gate.use] : []))
    const uses = [...inGates, ...(canary?.beforePromotion ?? [])].filter(({ name }) => name === 'checkout')
    const spec = parsed.kind === 'ok' ? parsed.spec : { args: [], metrics: [] }
    const rendered = uses.map((use) => renderAnalysis(spec, use, facts))
    expect(rendered).toMatchObject([{ kind: 'ok' }])
  })

  it('opens with a strategy that the controller takes: it can ask all that is used, where it is used', async () => {
    const shop = await createShop()
    const metadata = { name: 'checkout', namespace: 'shop' }
    shop.api.create(analysisResource, { apiVersion, kind: 'Analysis', metadata, spec: analysis?.spec })
    const body = { spec: { strategy: rollout?.spec.strategy } }
    shop.api.patch(rolloutResource, { namespace: 'shop', name: 'web' }, { type: 'merge', body })
    const { stop } = startControl(shop)
    await shop.clock.advance(5_000)
    const accepted = shop.status()?.conditions.find(({ type }) => type === 'Accepted')
    expect(accepted).toMatchObject({ status: 'True' })
    expect(shop.status()?.phase).toBe('Healthy')
    await stop()
  })

  it('has a row for every field of a metric', () => {
    const rows = rowsUnder('A metric')
    for (const field of Object.keys(metricSchema.properties ?? {})) expect(rows).toContain(field)
  })

  it('names every variable', () => {
    const args = [{ name: 'NAME', value: '' }]
    const names = Object.keys(variablesOf({ ...facts, interval: '10s', args }))
    const rows = rowsUnder('Templates').filter((name) => names.includes(name))
    expect(new Set(rows)).toEqual(new Set(names))
  })

  it.each([
    `(${defaultAnalysisDeadline.replace('m', ' minutes')})`,
    `| \`${metricDefaults.interval}\` |`,
    `| \`${metricDefaults.warmUp}\` |`,
    `| \`${metricDefaults.patience}\` |`,
    `at least ${shortestInterval}`,
    `${maxMetrics} metrics`,
    `at most ${maxQueryLength}`,
    `more than ${longestToldApart} characters`,
  ])('says what the code does: %s', (words) => {
    expect(page).toContain(words)
  })
})
