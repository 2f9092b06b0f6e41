import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kinds, other, statuses } from '../../../rollout-controller/server/bounded.ts'
import type { Counted } from '../../../rollout-controller/server/counted.ts'
import { createMetrics, type Metrics } from '../../../rollout-controller/server/metrics.ts'
import { collectProcess } from '../../../rollout-controller/server/process-metrics.ts'

function quiet(rollouts: () => readonly { phase: string; held: boolean; notHeld?: string }[] = () => []) {
  return createMetrics({ rollouts, queue: () => ({ normal: 0 }), isLeader: () => false })
}

/** Every value of a label that is served, as `label=value`; bounds of buckets are none. */
async function labelsOf({ registry }: Pick<Metrics, 'registry'>): Promise<ReadonlySet<string>> {
  const metrics = await registry.getMetricsAsJSON()
  const labels = metrics.flatMap(({ values }) => values.flatMap((one) => Object.entries(one.labels)))
  return new Set(labels.filter(([label]) => label !== 'le').map(([label, value]) => `${label}=${value}`))
}

/** Names of objects, kinds nobody has heard of, and what breaks the text format. */
const odd = fc.oneof(fc.string(), fc.constantFrom('shop/web', 'Secret', '"} 1\n# ', '__proto__', 'constructor'))
const duration = fc.double({ noNaN: true, noDefaultInfinity: true })
const oddCounted = fc.record({
  steps: fc.array(duration),
  releases: fc.array(fc.record({ outcome: odd, ms: duration })),
  rollbacks: fc.array(odd),
  verdicts: fc.array(fc.record({ scope: odd, verdict: odd })),
  decisions: fc.array(fc.record({ verb: odd, outcome: odd })),
  bypasses: fc.nat(),
}) as fc.Arbitrary<unknown> as fc.Arbitrary<Counted>

/** What is served before anything happens, and what the API server's requests may add. */
async function allowed(): Promise<ReadonlySet<string>> {
  const atStart = await labelsOf(quiet())
  const others = [...atStart].map((one) => one.replace(/=.*/, `=${other}`))
  const verbs = ['get', 'list', 'create', 'replace', 'patch', 'delete', 'request', other].map((verb) => `verb=${verb}`)
  const asked = [...kinds, other].flatMap((kind) => [`kind=${kind}`, `where=watch ${kind}`])
  const failed = ['where=reconcile', `where=${other}`, `status=${other}`]
  return new Set([
    ...atStart,
    ...others,
    ...verbs,
    ...asked,
    ...failed,
    ...statuses.map((status) => `status=${status}`),
  ])
}

describe('the controller’s metrics', () => {
  it('take the values of their labels from a fixed set, whatever they are fed', async () => {
    const known = await allowed()
    const phases: string[] = []
    const metrics = quiet(() => phases.map((phase) => ({ phase, held: false, notHeld: phase })))
    await fc.assert(
      fc.asyncProperty(fc.array(odd), fc.integer(), duration, oddCounted, async (texts, status, ms, counted) => {
        phases.push(...texts)
        for (const text of texts) {
          metrics.moved(text)
          metrics.failed(text)
          metrics.failed(`watch ${text}`)
          metrics.reconciled(text as 'ok', ms)
          metrics.requested(text, text, status, ms)
          metrics.requested('request', text, 200, ms)
          metrics.waited(text, ms)
          metrics.measured(text, text, ms)
        }
        metrics.recorded(counted)
        const served = await labelsOf(metrics)
        expect([...served].filter((one) => !known.has(one))).toEqual([])
      }),
    )
    expect(known.size).toBeLessThan(200)
  })

  it('begin at 0, so that the first slip, rollback or verdict is an increase', async () => {
    const text = await quiet().registry.metrics()
    for (const line of [
      'sluice_slips_total 0',
      'sluice_bypasses_total 0',
      'sluice_rollbacks_total{cause="analysis"} 0',
      'sluice_transitions_total{transition="hold-lost"} 0',
      'sluice_analysis_verdicts_total{scope="background",verdict="fail"} 0',
      'sluice_decisions_total{verb="rollback",outcome="Accepted"} 0',
      'sluice_release_seconds_count{outcome="promoted"} 0',
      'sluice_reconcile_seconds_count{outcome="error"} 0',
      'sluice_measurement_seconds_count{provider="prometheus",outcome="away"} 0',
    ]) {
      expect(text).toContain(`${line}\n`)
    }
  })

  it('count what a record adds, in seconds', async () => {
    const metrics = quiet()
    metrics.recorded({
      steps: [60_000, 0],
      releases: [{ outcome: 'rolled-back', ms: 90_000 }],
      rollbacks: ['analysis'],
      verdicts: [{ scope: 'step', verdict: 'fail' }],
      decisions: [{ verb: 'approve', outcome: 'Refused' }],
      bypasses: 1,
    })
    const text = await metrics.registry.metrics()
    for (const line of [
      'sluice_step_seconds_count 2',
      'sluice_step_seconds_sum 60',
      'sluice_release_seconds_sum{outcome="rolled-back"} 90',
      'sluice_rollbacks_total{cause="analysis"} 1',
      'sluice_analysis_verdicts_total{scope="step",verdict="fail"} 1',
      'sluice_decisions_total{verb="approve",outcome="Refused"} 1',
      'sluice_bypasses_total 1',
    ]) {
      expect(text).toContain(`${line}\n`)
    }
  })

  it('tell a phase and a reason that they do not know apart from none', async () => {
    const metrics = quiet(() => [
      { phase: 'Healthy', held: true },
      { phase: 'Novel', held: false, notHeld: 'Novel' },
    ])
    const text = await metrics.registry.metrics()
    expect(text).toContain('sluice_rollouts{phase="Unknown"} 1\n')
    expect(text).toContain('sluice_rollouts_not_held{reason="other"} 1\n')
  })

  it('of the process are its CPU, memory and event loop, without labels that are no fixed set', async () => {
    const metrics = quiet()
    collectProcess(metrics.registry)
    const text = await metrics.registry.metrics()
    expect(text).toMatch(/^sluice_build_info\{version="\d+\.\d+\.\d+"\} 1$/m)
    expect(text).toMatch(/^sluice_event_loop_busy_seconds_total [\d.]+$/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m)
    expect(text).not.toMatch(/^nodejs_active_\w+\{type=/m)
    expect(text).not.toMatch(/nodejs_eventloop_lag_p99/)
  })
})
