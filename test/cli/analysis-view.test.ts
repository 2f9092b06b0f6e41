import { describe, expect, it } from 'vitest'
import type { AnalysisRun } from '../../api/analysis-run.ts'
import type { Release, RolloutStatus } from '../../api/status.ts'
import type { Look } from '../../cli/look.ts'
import { unitOf, valueText } from '../../cli/view/analysis-figures.ts'
import { explanation } from '../../cli/view/explain.ts'
import { rolloutTree } from '../../cli/view/rollout-tree.ts'
import { plainText, widthOf } from '../../cli/view/spans.ts'
import { sparkline } from '../../cli/view/sparkline.ts'
import { plainLines, treeLines } from '../../cli/view/tree.ts'
import { errorsMetric, latencyMetric, runOf, samplesOf, useNamed } from './analysis-builders.ts'
import { ago, approvalStep, lookOf, now, progressing, specOf, statusOf } from './builders.ts'

const spec = specOf(
  approvalStep(20),
  { weight: 50, gates: [{ kind: 'analysis', use: useNamed('success-rate') }] },
  approvalStep(90),
)
const waiting = {
  reason: 'Analysis',
  message: 'step 2 of 3 (50 %) waits for analysis success-rate: errors: not enough yet',
  next: 'goes on by itself when it passes; without a verdict after 10m it asks a person',
  until: ago(-570),
}
const underWay = (
  analyses: readonly AnalysisRun[],
  release: Partial<Release> = {},
  part: Partial<RolloutStatus> = {},
) => lookOf({ spec, status: progressing({ step: 2, weight: 50, analyses, ...release }, { waiting, ...part }) })
const failed = runOf({
  verdict: 'fail',
  why: 'errors: 63 of 1,210 requests failed',
  metrics: [
    errorsMetric({
      verdict: 'fail',
      why: '63 of 1,210 requests failed',
      figures: { canary: 0.052, stable: 0.003, margin: 0.01, evidence: 1, requests: 1210 },
    }),
    latencyMetric(),
  ],
})
const turnedDown = (analyses: readonly AnalysisRun[], by = 'analysis success-rate') =>
  lookOf({
    spec,
    status: statusOf({
      phase: 'RolledBack',
      rejected: { revision: 'bbbbbbbbbb', at: ago(3600), by, message: 'errors', analyses },
    }),
  })

const treeOf = (look: Look, columns = 80) => treeLines(rolloutTree(look, { now, decisions: 0 }), columns)
const plainOf = (look: Look, start = 'analysis') =>
  plainLines(rolloutTree(look, { now, decisions: 0 })).filter((line) => line.startsWith(start))
const explained = (look: Look) => plainLines(explanation(look, now))

describe('an analysis under a release', () => {
  it('has a row per metric with samples, both sides, margin, evidence and requests, and why below', () => {
    expect(
      treeOf(underWay([runOf()]))
        .map(plainText)
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "shop/web Progressing step 2/3
      ├─ Step 1 of 3
      ├─ stable   v1 aaaaaaaaaa 8/8 ready
      ├─ traffic  ingress web 20 % to the canary by web-canary
      ├─ steps
      │  ├─ ✔ 1 20 % approval
      │  ├─ ▶ 2 50 % analysis success-rate
      │  │  └─ ▶ analysis success-rate until 12:09:30Z, in 9m30s; then, without a
      │  │     verdict, it asks a person
      │  └─ ○ 3 90 % approval
      ├─ analysis
      │  └─ ? success-rate step 2: inconclusive for 40s
      │     ├─ ? errors ▁▂█▃ canary 0.4 % failed, stable 0.2 % failed, margin 1 point,
      │     │  evidence 12 %, 340 requests, about 660 more needed, 4s ago
      │     │  └─ 340 requests do not tell yet whether the canary fails more often
      │     └─ ✔ latency-p95 ▁▅▃ canary 125 ms, stable 120 ms, margin 20 ms, 9s ago
      │        └─ the canary is no slower than stable, in 5 of 5 measurements
      ├─ waiting  step 2 of 3 (50 %) waits for analysis success-rate: errors: not
      │           enough yet (until 12:09:30Z, in 9m30s)
      └─ next     goes on by itself when it passes; without a verdict after 10m it
                  asks a person"
    `)
  })

  it('is one line per thing to say in a pipe', () => {
    expect(plainOf(underWay([runOf()]))).toMatchInlineSnapshot(`
      [
        "analysis.step-2/success-rate: ? success-rate step 2: inconclusive for 40s",
        "analysis.step-2/success-rate.errors: ? errors ▁▂█▃ canary 0.4 % failed, stable 0.2 % failed, margin 1 point, evidence 12 %, 340 requests, about 660 more needed, 4s ago",
        "analysis.step-2/success-rate.errors.why: 340 requests do not tell yet whether the canary fails more often",
        "analysis.step-2/success-rate.latency-p95: ✔ latency-p95 ▁▅▃ canary 125 ms, stable 120 ms, margin 20 ms, 9s ago",
        "analysis.step-2/success-rate.latency-p95.why: the canary is no slower than stable, in 5 of 5 measurements",
      ]
    `)
  })

  it.each([40, 60, 80, 120])('is never wider than %i columns, and parts no number from its unit', (columns) => {
    const lines = treeOf(underWay([runOf()]), columns)
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
    const said = lines.map(plainText).join('\n')
    for (const whole of ['canary 0.4 % failed', 'stable 120 ms', 'margin 1 point', 'about 660 more needed'])
      expect(said).toContain(whole)
  })

  it('of a step that is over is one line when it passed', () => {
    const over = runOf({ id: 'step-1/warm', analysis: 'warm', verdict: 'pass' })
    expect(plainOf(underWay([over, runOf()]), 'analysis.step-1')).toEqual([
      'analysis.step-1/warm: ✔ warm step 1: pass (2 metrics)',
    ])
  })

  it('that only advises says so', () => {
    expect(plainOf(underWay([runOf({ advisory: true })])).at(0)).toContain('(advice, decides nothing)')
  })

  it('whose store was away says for how long', () => {
    expect(plainOf(underWay([runOf({ awayMs: 90_000 })])).at(0)).toContain('(its store was away for 1m30s)')
  })

  it('is shown after a rollback, from what was kept with the version that was turned down', () => {
    expect(plainOf(turnedDown([failed])).at(1)).toContain('canary 5.2 % failed, stable 0.3 % failed, margin')
  })

  it('of a version that was turned down is gone once the workload is healthy again', () => {
    const { status, ...look } = turnedDown([failed])
    expect(status && plainOf({ ...look, status: { ...status, phase: 'Healthy' } })).toEqual([])
  })
})

describe('the gate of an analysis', () => {
  const gateOf = (look: Look) => plainOf(look, 'steps.2.')
  it('says until when, and what happens without a verdict', () => {
    expect(gateOf(underWay([runOf()]))).toEqual([
      'steps.2.analysis: ▶ analysis success-rate until 12:09:30Z, in 9m30s; then, without a verdict, it asks a person',
    ])
  })
  it('moves its deadline by the time that the store was away', () => {
    expect(gateOf(underWay([runOf({ awayMs: 60_000 })])).join()).toContain('until 12:10:30Z')
  })
  it('says its verdict when there is one', () => {
    expect(gateOf(underWay([runOf({ verdict: 'pass' })]))).toEqual(['steps.2.analysis: ✔ analysis success-rate pass'])
  })
  it('says that a person is asked when there was none in time', () => {
    const look = underWay([runOf()], { gatesOpenedAt: ago(700) })
    expect(gateOf(look).join()).toContain('no verdict in time: asks a person')
  })
})

describe('the explanation', () => {
  it('of a rollback by analysis names metric, figures, queries, time and what was measured', () => {
    expect(explained(turnedDown([failed]))).toMatchInlineSnapshot(`
      [
        "rollout: shop/web RolledBack since 11:00:00Z, 1h",
        "why: The stable version has all traffic",
        "rejected: bbbbbbbbbb by analysis success-rate at 11:00:00Z errors",
        "rejected.errors: ✖ errors of analysis success-rate, step 2: fail",
        "rejected.errors.why: 63 of 1,210 requests failed",
        "rejected.errors.figures: canary 5.2 % failed, stable 0.3 % failed, margin 1 point, evidence 100 %, 1,210 requests",
        "rejected.errors.measured: 11:59:56Z",
        "rejected.errors.query.requests.canary: sum(http_requests_total{pod=~"web-canary-.*"})",
        "rejected.errors.query.requests.stable: sum(http_requests_total{pod=~"web-.*"})",
        "rejected.errors.query.bad.canary: sum(http_requests_total{pod=~"web-canary-.*",code=~"5.."})",
        "rejected.errors.query.bad.stable: sum(http_requests_total{pod=~"web-.*",code=~"5.."})",
        "rejected.errors.samples.sample: 11:59:20Z ? canary 0 % failed, stable 0.2 % failed",
        "rejected.errors.samples.sample: 11:59:30Z ? canary 0.2 % failed, stable 0.2 % failed",
        "rejected.errors.samples.sample: 11:59:40Z ? canary 1.2 % failed, stable 0.2 % failed",
        "rejected.errors.samples.sample: 11:59:50Z ? canary 0.4 % failed, stable 0.2 % failed",
        "until: it goes on by itself",
        "type: nothing; to watch: sluice status web -n shop --watch",
      ]
    `)
  })

  it('says the same while the release is being rolled back', () => {
    const ending = { cause: 'analysis', by: 'analysis success-rate', message: 'errors: 63 of …' } as const
    const look = underWay([failed], {}, { phase: 'RollingBack', ending })
    expect(explained(look)).toContain('because.errors.why: 63 of 1,210 requests failed')
  })

  it('names the analysis that came to no verdict in time when that rolled it back', () => {
    expect(explained(turnedDown([runOf()])).join()).toContain('660 more needed')
  })

  it('of a rollback by a person blames no analysis', () => {
    expect(explained(turnedDown([runOf()], 'alice')).join()).not.toContain('metric')
  })

  it('of an open gate says what is missing, and what happens at the deadline', () => {
    expect(explained(underWay([runOf()]))).toEqual(
      expect.arrayContaining([
        'lacks: ? errors of success-rate: 340 requests do not tell yet whether the canary fails more often (about 660 more requests)',
        'deadline: without a verdict of success-rate by 12:09:30Z it asks a person',
      ]),
    )
  })

  it('of a gate whose store is away says that its deadline stands still', () => {
    const { until: _none, ...away } = { ...waiting, reason: 'AnalysisAway' }
    expect(explained(underWay([runOf()], {}, { waiting: away }))).toContain(
      'deadline: without a verdict of success-rate at its deadline, which stands still, it asks a person',
    )
  })

  it('of a gate without a verdict at its deadline says what was missing, and no deadline any more', () => {
    const look = underWay([runOf()], {}, { waiting: { ...waiting, reason: 'AnalysisInconclusive' } })
    expect(explained(look).filter((line) => /^(lacks|deadline)/.test(line))).toHaveLength(1)
  })
})

describe('a sparkline', () => {
  it('goes from the lowest to the highest, with a dot where there is no number', () => {
    expect(sparkline([0, 1, undefined, 6, 8])).toBe('▁▂·▇█')
  })
  it('draws no mountain of what is within the margin', () => {
    expect(sparkline([0.001, 0.002], 0.01)).toBe('▁▁')
  })
  it('of equal values is flat, and of none is empty', () => {
    expect([sparkline([3, 3]), sparkline([])]).toEqual(['▁▁', ''])
  })
})

describe('a value', () => {
  it.each([
    ['success-rate', 0.99953, '99.95 %'],
    ['latency', 0.1204, '120 ms'],
    ['latency', 1.25, '1.25 s'],
    ['latency-ms', 250, '250 ms'],
    ['memory', 67_108_864, '64 MiB'],
    ['queue', 12_500, '12,500'],
    ['queue', 0.00004, '0.00004'],
    ['heart-rate', 140, '140'],
  ])('of %s, %f, is %s', (name, value, text) => {
    const metric = errorsMetric({ name, queries: { value: 'q' }, figures: { canary: value }, samples: samplesOf() })
    expect(valueText(value, unitOf(metric))).toBe(text)
  })
})
