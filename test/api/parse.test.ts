import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRollout } from '../../api/parse.ts'
import { parseDecision } from '../../api/parse-decision.ts'
import { parseStatus } from '../../api/parse-status.ts'

const route = { ingress: { name: 'shop' } }
const spec = {
  workloadRef: { kind: 'Deployment', name: 'shop' },
  strategy: {
    canary: {
      steps: [
        { weight: 20, gates: [{ approval: {} }] },
        { weight: 50, replicas: '30%' },
      ],
    },
  },
  traffic: [route],
}
const withSteps = (...steps: unknown[]) => ({ ...spec, strategy: { canary: { steps } } })
const withAnalyses = (...analysis: unknown[]) => ({
  ...spec,
  strategy: { canary: { ...spec.strategy.canary, analysis } },
})
const problemsOf = (asked: unknown) => {
  const parsed = parseRollout({ spec: asked })
  return parsed.kind === 'problems' ? parsed.problems.map(({ path, message }) => `${path} ${message}`) : []
}

describe('a Rollout as users write it', () => {
  it('is read with its defaults', () => {
    expect(parseRollout({ apiVersion: 'sluice.dev/v1alpha1', kind: 'Rollout', spec })).toEqual({
      kind: 'ok',
      spec: {
        workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
        strategy: {
          canary: {
            steps: [
              { weight: 20, gates: [{ kind: 'approval' }] },
              { weight: 50, replicas: { kind: 'percent', percent: 30 }, gates: [] },
            ],
            analysis: [],
            beforePromotion: [],
          },
        },
        traffic: [{ kind: 'ingress', name: 'shop' }],
        progressDeadlineMs: 600_000,
      },
    })
  })

  it('may name every field', () => {
    const full = {
      ...withSteps({ weight: 10, replicas: 3, gates: [{ approval: { timeout: '24h' } }, { pause: '1h30m' }] }),
      workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
      traffic: [{ ingress: { name: 'shop', drain: '0s' } }],
      progressDeadline: '90s',
    }
    expect(parseRollout({ spec: full })).toMatchObject({
      kind: 'ok',
      spec: {
        strategy: {
          canary: {
            steps: [
              {
                replicas: { kind: 'count', count: 3 },
                gates: [
                  { kind: 'approval', timeoutMs: 86_400_000 },
                  { kind: 'pause', durationMs: 5_400_000 },
                ],
              },
            ],
          },
        },
        traffic: [{ drainMs: 0 }],
        progressDeadlineMs: 90_000,
      },
    })
  })

  it('may use analyses in a gate, in the background and before promotion', () => {
    const use = { name: 'errors', kind: 'ClusterAnalysis', args: [{ name: 'job', value: '' }], deadline: '1h' }
    const beforePromotion = [{ ...use, atDeadline: 'goOn', advisory: true }]
    const steps = [{ weight: 5, gates: [{ analysis: { name: 'nginx-latency' } }] }]
    const canary = { steps, analysis: [{ name: 'errors' }], beforePromotion }
    const defaults = { args: [], deadlineMs: 600_000, atDeadline: 'pause', advisory: false }
    expect(parseRollout({ spec: { ...spec, strategy: { canary } } })).toMatchObject({
      spec: {
        strategy: {
          canary: {
            steps: [{ gates: [{ kind: 'analysis', use: { name: 'nginx-latency', kind: 'BuiltIn', ...defaults } }] }],
            analysis: [{ name: 'errors', kind: 'Analysis', ...defaults }],
            beforePromotion: [
              {
                name: 'errors',
                kind: 'ClusterAnalysis',
                args: [{ name: 'job', value: '' }],
                deadlineMs: 3_600_000,
                atDeadline: 'goOn',
                advisory: true,
              },
            ],
          },
        },
      },
    })
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'spec is required'],
    ['a typing error', { ...spec, trafic: [] }, 'spec.trafic is not a field'],
    [
      'a typing error in a step',
      withSteps({ weight: 5, gate: [] }),
      'spec.strategy.canary.steps[0].gate is not a field',
    ],
    ['no step', withSteps(), 'spec.strategy.canary.steps must have at least 1 item'],
    ['a step that does nothing', withSteps({}), 'spec.strategy.canary.steps[0] must have weight, replicas or both'],
    ['weight 0', withSteps({ weight: 0 }), 'spec.strategy.canary.steps[0].weight must be a whole number from 1 to 100'],
    ['weight 101', withSteps({ weight: 101 }), 'spec.strategy.canary.steps[0].weight must be'],
    ['weight "20%"', withSteps({ weight: '20%' }), 'spec.strategy.canary.steps[0].weight must be a whole number'],
    [
      'a weight that falls',
      withSteps({ weight: 50 }, { replicas: 2 }, { weight: 20 }),
      'spec.strategy.canary.steps[2].weight is 20',
    ],
    ['replicas 0', withSteps({ replicas: 0 }), 'spec.strategy.canary.steps[0].replicas must be a whole number'],
    ['replicas "0%"', withSteps({ replicas: '0%' }), 'spec.strategy.canary.steps[0].replicas must be a number of pods'],
    ['a gate of no kind', withSteps({ weight: 5, gates: [{}] }), 'steps[0].gates[0] must be exactly one of'],
    [
      'a gate of two kinds',
      withSteps({ weight: 5, gates: [{ approval: {}, pause: '1m' }] }),
      'gates[0] must be exactly one of',
    ],
    ['one analysis twice', withAnalyses({ name: 'a' }, { name: 'a' }), 'analysis names the analysis a twice'],
    [
      'one analysis twice in a step',
      withSteps({
        weight: 5,
        gates: [{ analysis: { name: 'a' } }, { analysis: { name: 'a', kind: 'ClusterAnalysis' } }],
      }),
      'steps[0].gates names the analysis a twice',
    ],
    ['nine analyses', withAnalyses(...Array.from('abcdefghi', (name) => ({ name }))), 'analysis may have at most 8'],
    ['an analysis without a name', withAnalyses({}), 'canary.analysis[0].name is required'],
    [
      'a built-in of another kind',
      withAnalyses({ name: 'kubernetes', kind: 'Analysis' }),
      'analysis[0].kind must be BuiltIn: kubernetes comes with Sluice',
    ],
    [
      'a built-in that is none',
      withAnalyses({ name: 'a', kind: 'BuiltIn' }),
      'analysis[0].kind is BuiltIn, and a is none',
    ],
    [
      'an argument that is a number',
      withAnalyses({ name: 'a', args: [{ name: 'x', value: 5 }] }),
      'value must be text',
    ],
    [
      'an argument twice',
      withAnalyses({
        name: 'a',
        args: [
          { name: 'x', value: '' },
          { name: 'x', value: '' },
        ],
      }),
      'args names the argument x twice',
    ],
    ['a choice that is none', withAnalyses({ name: 'a', atDeadline: 'promote' }), 'atDeadline must be one of pause'],
    [
      'an analysis that is only a name',
      withSteps({ weight: 5, gates: [{ analysis: 'x' }] }),
      'gates[0].analysis must be an object',
    ],
    ['a pause without a unit', withSteps({ weight: 5, gates: [{ pause: 10 }] }), 'gates[0].pause must be a duration'],
    ['a pause of nothing', withSteps({ weight: 5, gates: [{ pause: '0s' }] }), 'gates[0].pause must be longer than 0s'],
    ['header matches', withSteps({ weight: 5, matches: [] }), 'steps[0].matches is not served by this version'],
    [
      'another kind of workload',
      { ...spec, workloadRef: { kind: 'StatefulSet', name: 'shop' } },
      'spec.workloadRef.kind must be Deployment',
    ],
    [
      'a workload without a name',
      { ...spec, workloadRef: { kind: 'Deployment' } },
      'spec.workloadRef.name is required',
    ],
    ['no traffic', { ...spec, traffic: [] }, 'spec.traffic must have at least 1 item'],
    [
      'traffic of a later version',
      { ...spec, traffic: [{ httpRoute: { name: 'x' } }] },
      'spec.traffic[0].httpRoute is not served by this version',
    ],
    ['a route twice', { ...spec, traffic: [route, route] }, 'spec.traffic names the ingress shop twice'],
    [
      'a strategy of a later version',
      { ...spec, strategy: { blueGreen: {} } },
      'spec.strategy.blueGreen is not served by this version',
    ],
    ['a deadline of two years', { ...spec, progressDeadline: '17520h' }, 'spec.progressDeadline must be a duration'],
  ])('is refused with %s, by the name of the field', (_, asked, said) => {
    expect(problemsOf(asked).join('\n')).toContain(said)
  })

  it('has every problem told at once', () => {
    expect(problemsOf({ ...withSteps({ weight: 0 }, { weight: 'x' }), traffic: [] })).toHaveLength(3)
  })

  it('is refused when its name cannot be the value of a label', () => {
    const parsed = parseRollout({ metadata: { name: 'a'.repeat(64) }, spec })
    expect(parsed).toMatchObject({ kind: 'problems', problems: [{ path: 'metadata.name' }] })
  })

  it('is told from another kind of object', () => {
    const parsed = parseRollout({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec })
    expect(parsed).toMatchObject({ kind: 'problems', problems: [{ path: 'apiVersion' }] })
  })
})

const decision = (spec: unknown, status?: unknown) => ({
  apiVersion: 'sluice.dev/v1alpha1',
  kind: 'Decision',
  metadata: { name: 'shop-1', uid: 'u1', creationTimestamp: '2026-11-01T00:00:00Z' },
  spec,
  status,
})

describe('a Decision', () => {
  const approval = {
    rollout: 'shop',
    verb: 'approve',
    attempt: '0123456789-1',
    step: 1,
    stepHash: 'abcdef0123',
    decidedBy: 'ann',
  }

  it('is read with who, what and about which step', () => {
    expect(parseDecision(decision(approval, { outcome: 'Accepted' }))).toEqual({
      kind: 'ok',
      decision: { name: 'shop-1', uid: 'u1', createdAt: '2026-11-01T00:00:00Z', ...approval, outcome: 'Accepted' },
    })
  })

  it.each([
    ['an approval of no step', { ...approval, step: undefined }, 'spec'],
    ['a verb we do not know', { ...approval, verb: 'promote' }, 'spec.verb'],
    ['nobody who decided', { ...approval, decidedBy: undefined }, 'spec.decidedBy'],
    ['a field we do not know', { ...approval, force: true }, 'spec.force'],
  ])('is refused with %s', (_, asked, path) => {
    expect(parseDecision(decision(asked))).toMatchObject({ kind: 'problems', problems: [{ path }] })
  })
})

const status = {
  phase: 'Progressing',
  message: 'step 1 of 3',
  attempts: 1,
  decisions: [],
  conditions: [],
  drainSince: '2026-11-01T00:00:00Z',
}

const at = '2026-11-01T00:00:00Z'
const measured = { name: 'm', verdict: 'fail', why: 'x', figures: { canary: 1 }, samples: [], queries: { value: 'up' } }
const run = {
  id: 'step-1/a',
  scope: 'step',
  analysis: 'a',
  kind: 'Analysis',
  hash: 'x',
  startedAt: at,
  verdict: 'fail',
  why: 'x',
  advisory: false,
  awayMs: 0,
  metrics: [{ ...measured, state: '[1,{"a":null}]' }],
}
const release = {
  attempt: '0123456789-1',
  revision: '0123456789',
  desired: 3,
  startedAt: at,
  step: 2,
  steps: 3,
  stepHash: 'abcdef0123',
  stepsHash: 'abcdef0123',
  stepStartedAt: at,
  weight: 20,
  replicas: 1,
  routes: [],
}
const rejected = { revision: 'x', at, by: 'sluice', message: 'x' }

describe('a stored status', () => {
  it('keeps what the analyses had measured', () => {
    const stored = { ...status, rejected: { ...rejected, analyses: [run] } }
    expect(parseStatus(stored)).toEqual(stored)
  })

  it('is read back as it was written, fields of a newer version included', () => {
    expect(parseStatus({ ...status, later: 1 })).toEqual({ ...status, later: 1 })
  })

  it.each([
    ['missing', undefined],
    ['without a phase', { ...status, phase: undefined }],
    ['with a phase we do not know', { ...status, phase: 'Dancing' }],
    ['with a time that is none', { ...status, drainSince: 'soon' }],
    ['with half a release', { ...status, release: { attempt: 'x' } }],
    ['with a damaged list', { ...status, decisions: [1] }],
  ])('is as good as none when it is %s', (_, raw) => {
    expect(parseStatus(raw)).toBeUndefined()
  })

  it.each<[string, unknown, readonly unknown[] | undefined]>([
    ['has a scope that we do not know', [{ ...run, scope: 'galaxy' }, run], [run]],
    ['has a verdict that we do not know', [run, { ...run, verdict: 'maybe' }], [run]],
    ['has a figure that is none', [{ ...run, metrics: [{ ...measured, figures: { canary: 'x' } }] }], []],
    ['is a number', [5, run, null], [run]],
    ['is not in a list', { run }, undefined],
    ['is not in anything', null, undefined],
  ])('is kept without an analysis that %s: the release is where it was', (_, analyses, left) => {
    const sound = left === undefined ? {} : { analyses: left }
    expect(parseStatus({ ...status, release: { ...release, analyses }, rejected })).toEqual({
      ...status,
      release: { ...release, ...sound },
      rejected,
    })
    expect(parseStatus({ ...status, rejected: { ...rejected, analyses } })).toEqual({
      ...status,
      rejected: { ...rejected, ...sound },
    })
  })

  it('is as good as none when more is damaged than an analysis', () => {
    const spoilt = { ...release, step: -1, analyses: [{ ...run, scope: 'galaxy' }] }
    expect(parseStatus({ ...status, release: spoilt })).toBeUndefined()
  })
})

/** Any JSON in the place of any part of a Rollout that would be right: most of it is nearly right. */
const anySpec = () => {
  const any = fc.jsonValue()
  const or = <T>(right: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: right }, { weight: 1, arbitrary: any })
  const gate = or(
    fc.record({ approval: or(fc.record({ timeout: any })), pause: any, analysis: any }, { requiredKeys: [] }),
  )
  const step = or(
    fc.record({ weight: or(fc.integer()), replicas: any, gates: or(fc.array(gate)) }, { requiredKeys: [] }),
  )
  const uses = or(
    fc.array(or(fc.record({ name: or(fc.constantFrom('a', 'kubernetes')), kind: any, args: any, deadline: any }))),
  )
  const canary = or(fc.record({ canary: or(fc.record({ steps: or(fc.array(step)), analysis: uses })) }))
  const traffic = or(fc.array(or(fc.record({ ingress: or(fc.record({ name: any, drain: any })) }))))
  return or(fc.record({ workloadRef: any, strategy: canary, traffic, progressDeadline: any }))
}

describe('whatever JSON comes', () => {
  it('a Rollout is read or its problems are told, never thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.record({ spec: anySpec() }), fc.jsonValue()), (raw) => {
        const parsed = parseRollout(raw)
        expect(parsed.kind === 'ok' || parsed.problems.length > 0).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('a Decision and a status are read or not, never thrown', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (spec, stored) => {
        expect(['ok', 'problems']).toContain(parseDecision(decision(spec, stored)).kind)
        parseStatus(stored)
      }),
    )
  })
})
