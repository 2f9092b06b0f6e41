import { describe, expect, it } from 'vitest'
import { type Panel, queriesOf, readDashboard } from './dashboard.ts'
import { parseExpression } from './promql.ts'
import { seriesName, served, servedMetrics, unknownIn } from './served.ts'

const dashboard = await readDashboard()
const metrics = await served(servedMetrics().registry)
const graphs = dashboard.panels.filter(({ type }) => type !== 'row')
const queries = queriesOf(dashboard)

describe('the dashboard', () => {
  it('is of Grafana’s present schema', () => {
    expect(dashboard.schemaVersion).toBe(42)
    expect(graphs.length).toBeGreaterThan(20)
  })

  it.each(graphs)('$title has a unit, a description, and queries to the chosen data source', (panel) => {
    expect(panel.fieldConfig?.defaults.unit).toMatch(/^(short|s|bytes|ops|reqps|percentunit)$/)
    expect(panel.description).toMatch(/\.$/)
    expect(panel.datasource?.type).toBe('prometheus')
    expect(panel.datasource?.uid).toMatch(/^\$\{datasource\}$/)
    const targets = panel.targets ?? []
    expect(targets.length).toBeGreaterThan(0)
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    for (const { legendFormat } of targets) expect(legendFormat).not.toBe('')
  })

  it.each(queries)('$panel reads only what the controller serves: $expr', ({ expr }) => {
    const { metrics: read, labels } = parseExpression(expr)
    expect(unknownIn(metrics, { metrics: read, labels: labels.filter(({ label }) => label !== 'job') })).toEqual([])
  })

  it('shows every metric of ours that is not only for alerts', () => {
    const shown = new Set(queries.flatMap(({ expr }) => parseExpression(expr).metrics.map(seriesName)))
    const ours = [...metrics.keys()].filter((name) => name.startsWith('sluice_'))
    expect(ours.filter((name) => !shown.has(name))).toEqual([])
  })

  it('chooses its controllers everywhere by the variable job', () => {
    const raw = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    const unchosen = raw.filter((expr) => {
      const { metrics: read, labels } = parseExpression(expr.replaceAll('$__rate_interval', '1m'))
      return !read.every((name) => labels.some((one) => one.metric === name && one.value === '$job'))
    })
    expect(unchosen).toEqual([])
  })

  it('has ids of their own for its panels, and no two in one place', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const overlaps = dashboard.panels.flatMap((one, index) =>
      dashboard.panels.slice(index + 1).filter((two) => overlap(one, two)),
    )
    expect(overlaps).toEqual([])
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  })
})

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
