import { describe, expect, it } from 'vitest'
import type { AnalysisRun } from '../../api/analysis-run.ts'
import type { Release, RolloutStatus } from '../../api/status.ts'
import type { Look } from '../../cli/look.ts'
import { approvedLines } from '../../cli/view/analysis-explain.ts'
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
      │  └─ ? success-rate step 2: inconclusive, at work for 40s
      │     ├─ ? errors ▁▂█▃ canary 0.4 % failed, stable 0.2 % failed, margin 1 point,
      │     │  evidence 12 %, 340 requests, about 660 more needed, 4s ago
      │     │  └─ 340 requests do not tell yet whether the canary fails more often
      │     └─ ✔ latency-p95 ▁▅▃ canary 125 ms, stable 120 ms, margin 20 ms, 9s ago
      ├─ waiting  step 2 of 3 (50 %) waits for analysis success-rate: errors: not
      │           enough yet (until 12:09:30Z, in 9m30s)
      └─ next     goes on by itself when it passes; without a verdict after 10m it
                  asks a person"
    `)
  })

  it('is one line per thing to say in a pipe', () => {
    expect(plainOf(underWay([runOf()]))).toMatchInlineSnapshot(`
      [
        "analysis.step-2/success-rate: ? success-rate step 2: inconclusive, at work for 40s",
        "analysis.step-2/success-rate.errors: ? errors ▁▂█▃ canary 0.4 % failed, stable 0.2 % failed, margin 1 point, evidence 12 %, 340 requests, about 660 more needed, 4s ago",
        "analysis.step-2/success-rate.errors.why: 340 requests do not tell yet whether the canary fails more often",
        "analysis.step-2/success-rate.latency-p95: ✔ latency-p95 ▁▅▃ canary 125 ms, stable 120 ms, margin 20 ms, 9s ago",
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

describe('a sentence of an analysis', () => {
  const slow = latencyMetric({
    verdict: 'fail',
    why: 'canary 0.125, stable 0.1204: worse by 0.0046, 0.002 allowed; 1 of 5 failed since 2026-11-21T11:59:00.000Z',
  })
  const run = runOf({ verdict: 'fail', metrics: [slow], why: `latency-p95: ${slow.why}` })

  it('has its numbers in the form of the figures, and times in whole seconds', () => {
    expect(plainOf(underWay([run])).at(-1)).toContain(
      'why: canary 125 ms, stable 120 ms: worse by 4.6 ms, 2 ms allowed; 1 of 5 failed since 2026-11-21T11:59:00Z',
    )
  })

  it('stands once in the tree: not in the headline, nor in the wait', () => {
    const message = `step 2 of 3 (50 %) waits for analysis success-rate: ${run.why}`
    const look = underWay([run], {}, { message: `S${message.slice(1)}`, waiting: { ...waiting, message } })
    const lines = plainLines(rolloutTree(look, { now, decisions: 0 }))
    expect(lines.filter((line) => line.includes('worse by'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('waits for'))).toEqual([
      'waiting: step 2 of 3 (50 %) waits for analysis success-rate (until 12:09:30Z, in 9m30s)',
    ])
  })

  it('stands once in the explanation of a rollback, below the metric', () => {
    const { status, ...look } = turnedDown([run])
    const message = `Revision bbbbbbbbbb stays held: ${run.why}`
    const lines = explained({ ...look, status: { ...status, message } as RolloutStatus })
    expect(lines).toContain('why: Revision bbbbbbbbbb stays held')
    expect(lines.filter((line) => line.includes('worse by'))).toHaveLength(1)
  })

  it('is cut as a whole, also where another run says its end', () => {
    const other = runOf({ id: 'step-1/warm', analysis: 'warm', why: slow.why })
    const message = `step 2 of 3 (50 %) waits for analysis success-rate: ${run.why}`
    expect(plainOf(underWay([other, run], {}, { waiting: { ...waiting, message } }), 'waiting').join()).toContain(
      'analysis success-rate (until',
    )
  })

  it('is left out of a metric that passes, unless its store is away', () => {
    expect(plainOf(underWay([runOf({ metrics: [latencyMetric()], why: latencyMetric().why })]))).toHaveLength(2)
    expect(plainOf(underWay([runOf({ metrics: [latencyMetric({ away: true })] })]))).toHaveLength(3)
  })
})

describe('a version that was turned down', () => {
  const workload = { name: 'web', held: true, revision: 'bbbbbbbbbb', images: ['registry/web:v2'] }

  it('has a line with its tag, the step and the analysis, and the step keeps its mark', () => {
    const late = runOf()
    const { status, ...look } = turnedDown([late])
    const message = `no verdict in time: ${late.why}`
    const rejected = { ...status?.rejected, message }
    const shown = { ...look, workload, status: { ...status, rejected } } as Look
    expect(plainOf(shown, 'rejected')).toEqual([
      'rejected: v2 bbbbbbbbbb at step 2 by analysis success-rate at 11:00:00Z: no verdict in time',
    ])
    expect(plainOf(shown, 'steps.')).toEqual([
      'steps.1: ✔ 1 20 % approval',
      'steps.2: ✖ 2 50 % analysis success-rate',
      'steps.3: ○ 3 90 % approval',
    ])
  })

  it('has no step when a person turned it down: no status says which', () => {
    expect(plainOf(turnedDown([runOf()], 'alice'), 'steps.').join()).not.toContain('✖')
  })

  it('keeps its analyses in sight while the release is rolled back', () => {
    const rejected = { revision: 'bbbbbbbbbb', at: ago(5), by: 'analysis success-rate', message: failed.why }
    const ending = { cause: 'analysis', by: rejected.by, message: failed.why } as const
    const status = progressing(
      { step: 2 },
      { phase: 'RollingBack', ending, rejected: { ...rejected, analyses: [failed] } },
    )
    const look = lookOf({ spec, status })
    expect(plainOf(look).join()).toContain('canary 5.2 % failed')
    expect(explained(look).join()).toContain('because.errors.figures: canary 5.2 % failed')
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
    const look = underWay([runOf({ startedAt: ago(700) })], { gatesOpenedAt: ago(700) })
    expect(gateOf(look).join()).toContain('no verdict in time: asks a person')
  })
  it('says who took it on that there was none', () => {
    const run = runOf({ startedAt: ago(700), acceptedBy: 'alice' })
    expect(gateOf(underWay([run], { gatesOpenedAt: ago(700) })).join()).toContain(
      'no verdict in time, accepted by alice',
    )
  })
  it('gives no time while its deadline stands still', () => {
    const away = underWay([runOf({ metrics: [errorsMetric({ away: true })] })])
    const paused = underWay([runOf()], { paused: { by: 'alice', since: ago(5) } })
    for (const look of [away, paused])
      expect(gateOf(look)).toEqual([
        'steps.2.analysis: ▶ analysis success-rate its deadline stands still; without a verdict by then it asks a person',
      ])
  })
  it('counts from an edit, and not the time that people paused it', () => {
    expect(gateOf(underWay([runOf({ startedAt: ago(10) })], { pausedMs: 60_000 })).join()).toContain('until 12:10:50Z')
  })
  it('does not look passed once it is over, when it went on without a verdict', () => {
    const over = { id: 'step-1/warm', analysis: 'warm' }
    const firstOf = (part: Partial<AnalysisRun>) => plainOf(underWay([runOf({ ...over, ...part })]), 'steps.1')
    expect(firstOf({ acceptedBy: 'alice' })).toEqual([
      'steps.1: ? 1 20 % approval no verdict of warm, accepted by alice',
    ])
    expect(firstOf({})).toEqual(['steps.1: ? 1 20 % approval no verdict of warm'])
    expect(firstOf({ advisory: true })).toEqual(['steps.1: ✔ 1 20 % approval'])
    expect(firstOf({ verdict: 'pass' })).toEqual(['steps.1: ✔ 1 20 % approval'])
  })
})

describe('the explanation', () => {
  it('of a rollback by analysis names metric, figures, queries, time and what was measured', () => {
    expect(explained(turnedDown([failed]))).toMatchInlineSnapshot(`
      [
        "rollout: shop/web RolledBack since 11:00:00Z, 1h",
        "why: The stable version has all traffic",
        "rejected: bbbbbbbbbb at step 2 by analysis success-rate at 11:00:00Z: errors",
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

  it('at an approval gate says what the analyses at work have, those that only advise as well', () => {
    const hint = runOf({ id: 'step-2/hint', analysis: 'hint', advisory: true })
    const asked = { reason: 'Approval', message: 'step 2 waits for approval', next: 'sluice approve web' }
    const look = underWay(
      [hint, runOf({ id: 'background/all', scope: 'background', verdict: 'pass' })],
      {},
      { waiting: asked },
    )
    expect(explained(look).filter((line) => line.startsWith('analysis'))).toEqual([
      'analysis: ? hint step 2 (advice, decides nothing): inconclusive - 340 requests do not tell yet whether the canary fails more often',
      'analysis: ✔ success-rate in the background: pass - 340 requests do not tell yet whether the canary fails more often',
    ])
    expect(look.status && approvedLines(look.status).map(plainText)[0]).toMatch(/^\? analysis hint step 2 \(advice/)
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
