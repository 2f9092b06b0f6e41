import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnalysisRun } from '../../api/analysis-run.ts'
import { parseRollout } from '../../api/parse.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { analysis, approval, decision, goodAnalysis, goodSpec, rollout, startInstalled, threshold } from './bed.ts'

const withSteps = (...steps: unknown[]) => ({ ...goodSpec, strategy: { canary: { steps } } })
const analysed = (...uses: unknown[]) => ({
  ...goodSpec,
  strategy: { canary: { ...goodSpec.strategy.canary, analysis: uses } },
})
const withGate = (gate: unknown) => withSteps({ weight: 5, gates: [gate] })
const routes = (...names: string[]) => names.map((name) => ({ ingress: { name } }))
const argument = { name: 'x', value: '1' }
const workload = (workloadRef: unknown) => ({ ...goodSpec, workloadRef })

let cluster: Cluster
beforeAll(async () => {
  cluster = await startInstalled()
})
afterAll(() => cluster?.stop())

describe('the API server, given a Rollout', () => {
  it('takes a good one, and gives back what our parser reads', async () => {
    expect(await cluster.apply(rollout('good', goodSpec))).toMatchObject({ code: 0 })
    const { stdout } = await cluster.kubectl('get', 'rollout', 'good', '-o', 'json')
    expect(parseRollout(JSON.parse(stdout))).toMatchObject({ kind: 'ok', spec: { progressDeadlineMs: 900_000 } })
  })

  it.each<[string, unknown, string]>([
    ['no workload', { ...goodSpec, workloadRef: undefined }, 'missing required field "workloadRef"'],
    ['a workload without a name', workload({ kind: 'Deployment' }), 'missing required field "name"'],
    ['a name that is none', workload({ kind: 'Deployment', name: 'Shop_1' }), 'spec.workloadRef.name'],
    ['another kind of workload', workload({ kind: 'StatefulSet', name: 'shop' }), 'spec.workloadRef.kind'],
    [
      'another API version',
      workload({ apiVersion: 'apps/v2', kind: 'Deployment', name: 'shop' }),
      'spec.workloadRef.apiVersion',
    ],
    ['no step', withSteps(), 'spec.strategy.canary.steps'],
    ['51 steps', withSteps(...Array.from({ length: 51 }, () => ({ weight: 5 }))), 'spec.strategy.canary.steps'],
    ['a step that does nothing', withSteps({ gates: [] }), 'must have weight, replicas or both'],
    ['weight 0', withSteps({ weight: 0 }), 'spec.strategy.canary.steps[0].weight'],
    ['weight 101', withSteps({ weight: 101 }), 'spec.strategy.canary.steps[0].weight'],
    ['a weight that falls', withSteps({ weight: 50 }, { replicas: 3 }, { weight: 20 }), 'weights never fall'],
    ['replicas 0', withSteps({ replicas: 0 }), 'spec.strategy.canary.steps[0].replicas'],
    ['replicas "0%"', withSteps({ replicas: '0%' }), 'spec.strategy.canary.steps[0].replicas'],
    ['replicas "101%"', withSteps({ replicas: '101%' }), 'spec.strategy.canary.steps[0].replicas'],
    ['a gate of no kind', withGate({}), 'must be exactly one of approval, pause, analysis'],
    ['a gate of two kinds', withGate({ approval: {}, pause: '1m' }), 'steps[0].gates[0]'],
    ['a pause of nothing', withGate({ pause: '0s' }), 'steps[0].gates[0].pause'],
    ['a pause without a unit', withGate({ pause: '10' }), 'steps[0].gates[0].pause'],
    ['a pause of two years', withGate({ pause: '17520h' }), 'steps[0].gates[0].pause'],
    ['a timeout of nothing', withGate({ approval: { timeout: '0s' } }), 'steps[0].gates[0].approval.timeout'],
    ['no traffic', { ...goodSpec, traffic: [] }, 'spec.traffic'],
    ['a route twice', { ...goodSpec, traffic: routes('a', 'b', 'a') }, 'names the same Ingress twice'],
    ['17 routes', { ...goodSpec, traffic: routes(...Array.from({ length: 17 }, (_, i) => `r${i}`)) }, 'spec.traffic'],
    ['a deadline of nothing', { ...goodSpec, progressDeadline: '0s' }, 'spec.progressDeadline'],
    ['a typing error', { ...goodSpec, trafic: [] }, 'unknown field "trafic"'],
    ['an analysis without a name', withGate({ analysis: {} }), 'missing required field "name"'],
    [
      'one analysis twice in a step',
      withSteps({ weight: 5, gates: [{ analysis: { name: 'a' } }, { analysis: { name: 'a' } }] }),
      'names the same analysis twice',
    ],
    ['one analysis twice in a list', analysed({ name: 'a' }, { name: 'a' }), 'duplicate entries for key'],
    ['one argument twice', analysed({ name: 'a', args: [argument, argument] }), 'duplicate entries for key'],
    ['an argument too long', analysed({ name: 'a', args: [{ ...argument, value: 'x'.repeat(257) }] }), 'args[0].value'],
    [
      'an argument of another kind',
      analysed({ name: 'a', args: [{ ...argument, value: 5 }] }),
      'value: expected string',
    ],
    ['nine analyses', analysed(...Array.from({ length: 9 }, (_, i) => ({ name: `a${i}` }))), 'canary.analysis'],
    ['a built-in of another kind', analysed({ name: 'nginx-latency', kind: 'Analysis' }), 'kind must be BuiltIn'],
    ['a built-in that is none', analysed({ name: 'mine', kind: 'BuiltIn' }), 'kind must be BuiltIn'],
    ['a choice that is none', analysed({ name: 'a', atDeadline: 'promote' }), 'atDeadline'],
    ['a deadline of nothing for an analysis', analysed({ name: 'a', deadline: '0s' }), 'analysis[0].deadline'],
  ])('refuses %s and names the field; our parser refuses it too', async (_, spec, said) => {
    const answer = await cluster.apply(rollout('bad', spec))
    expect(answer.code).not.toBe(0)
    expect(answer.stderr).toContain(said)
    expect(parseRollout(rollout('bad', spec))).toMatchObject({ kind: 'problems' })
  })

  it.each<[string, unknown, string]>([
    ['a gate', withGate({ webhook: 'x' }), 'spec.strategy.canary.steps[0].gates[0]'],
    ['traffic', { ...goodSpec, traffic: [{ httpRoute: { name: 'x' } }] }, 'spec.traffic[0].ingress'],
  ])('refuses %s of a later version also from a client that lets unknown fields be dropped', async (_, spec, said) => {
    const input = JSON.stringify(rollout('bad', spec))
    const answer = await cluster.run('kubectl', ['create', '--validate=false', '-f', '-'], { input })
    expect(answer.code).not.toBe(0)
    expect(answer.stderr).toContain(said)
  })

  it('refuses a name that cannot be the value of a label', async () => {
    const answer = await cluster.apply(rollout('a'.repeat(64), goodSpec))
    expect(answer.stderr).toContain('metadata.name may have at most 63 characters')
  })

  it('refuses another workload for a Rollout that has one, and takes other steps', async () => {
    expect(await cluster.apply(rollout('moved', goodSpec))).toMatchObject({ code: 0 })
    const answer = await cluster.apply(rollout('moved', workload({ kind: 'Deployment', name: 'other' })))
    expect(answer.stderr).toContain('cannot be changed: make another Rollout')
    expect(await cluster.apply(rollout('moved', withSteps({ weight: 100 })))).toMatchObject({ code: 0 })
  })
})

const metric = (more: object) => ({ name: 'm', prometheus: {}, threshold, ...more })
const measuring = (...metrics: unknown[]) => ({ metrics })
const compare = { canary: 'a', stable: 'b', better: 'lower' }
const sides = { canary: 'a', stable: 'b' }
const evidence = { requests: sides, errors: sides }

describe.each(['Analysis', 'ClusterAnalysis'] as const)('the API server, given an object of kind %s', (kind) => {
  const named = (name: string, spec: unknown) => analysis(kind, name, spec)

  it('takes a good one, and gives back what our parser reads', async () => {
    expect(await cluster.apply(named('good', goodAnalysis))).toMatchObject({ code: 0 })
    const { stdout } = await cluster.kubectl('get', kind, 'good', '-o', 'json')
    expect(parseAnalysis(JSON.parse(stdout))).toEqual(parseAnalysis(named('good', goodAnalysis)))
    expect(parseAnalysis(JSON.parse(stdout))).toMatchObject({ kind: 'ok' })
  })

  it.each<[string, unknown, string]>([
    ['no metric', measuring(), 'spec.metrics'],
    ['17 metrics', measuring(...Array.from({ length: 17 }, (_, i) => metric({ name: `m${i}` }))), 'spec.metrics'],
    ['one metric twice', measuring(metric({}), metric({})), 'duplicate entries for key'],
    ['no source', measuring(metric({ prometheus: undefined })), 'exactly one of prometheus, web, kubernetes'],
    ['two sources', measuring(metric({ kubernetes: {} })), 'exactly one of prometheus, web, kubernetes'],
    ['no condition', measuring(metric({ threshold: undefined })), 'exactly one of threshold, compare, evidence'],
    ['two conditions', measuring(metric({ compare })), 'exactly one of threshold, compare, evidence'],
    ['an interval too short', measuring(metric({ interval: '999ms' })), 'metrics[0].interval'],
    ['credentials in an address', measuring(metric({ prometheus: { address: 'http://a:b@c' } })), 'address'],
    ['an address of another scheme', measuring(metric({ prometheus: { address: 'file:///etc/passwd' } })), 'address'],
    [
      'a header of two lines',
      measuring(metric({ prometheus: { headers: [{ name: 'X', value: 'a\nb' }] } })),
      'headers[0].value',
    ],
    [
      'a header that frames',
      measuring(metric({ prometheus: { headers: [{ name: 'HOST', value: 'a' }] } })),
      'cannot be set',
    ],
    [
      'a header with credentials',
      measuring(metric({ prometheus: undefined, web: { url: 'http://a', headers: [{ name: 'Cookie', value: 'a' }] } })),
      'web.headers[0].name: Invalid value: this header cannot be set',
    ],
    [
      'a header twice',
      measuring(metric({ prometheus: { headers: ['X', 'x'].map((name) => ({ name, value: '' })) } })),
      'names the same header twice',
    ],
    [
      'evidence over a range',
      measuring(metric({ prometheus: { range: { last: '5m', step: '30s' } }, threshold: undefined, evidence })),
      'range is not for evidence',
    ],
    [
      'a step longer than the range',
      measuring(metric({ prometheus: { range: { last: '1m', step: '2m' } } })),
      'step must not be longer than last',
    ],
    [
      'a body that is not sent',
      measuring(metric({ prometheus: undefined, web: { url: 'http://a', body: '{}' } })),
      'body is sent with method POST only',
    ],
    ['no query', measuring(metric({ threshold: { ...threshold, query: '' } })), 'threshold.query'],
    [
      'a margin of nothing',
      measuring(metric({ threshold: undefined, compare: { ...compare, margin: {} } })),
      'must have absolute, relative or both',
    ],
    [
      'a margin that is no share',
      measuring(metric({ threshold: undefined, compare: { ...compare, margin: { relative: '10' } } })),
      'margin.relative',
    ],
    [
      'a ratio below 1',
      measuring(metric({ threshold: undefined, evidence: { ...evidence, ratio: 0.5 } })),
      'evidence.ratio',
    ],
    [
      'errors and good ones',
      measuring(metric({ threshold: undefined, evidence: { ...evidence, good: sides } })),
      'exactly one of errors, good',
    ],
    ['a typing error', measuring(metric({ intervall: '1s' })), 'unknown field "intervall"'],
  ])('refuses %s and names the field; our parser refuses it too', async (_, spec, said) => {
    const answer = await cluster.apply(named('bad', spec))
    expect(answer.code).not.toBe(0)
    expect(answer.stderr).toContain(said)
    expect(parseAnalysis(named('bad', spec))).toMatchObject({ kind: 'problems' })
  })

  it('refuses the name of one that comes with Sluice', async () => {
    const answer = await cluster.apply(named('nginx-latency', goodAnalysis))
    expect(answer.stderr).toContain('metadata.name is that of an analysis that comes with Sluice')
  })
})

const since = '2026-11-01T00:00:00Z'
const run: AnalysisRun = {
  id: 'step-1/errors',
  scope: 'step',
  analysis: 'errors',
  kind: 'ClusterAnalysis',
  hash: 'abcdef0123',
  startedAt: since,
  verdict: 'inconclusive',
  why: 'not enough yet',
  advisory: true,
  awayMs: 1_000,
  metrics: [
    {
      name: 'success-rate',
      verdict: 'inconclusive',
      why: 'not enough yet',
      measuredAt: since,
      figures: { canary: 0.001, stable: 1e-9, margin: 0.01, evidence: 0.5, requests: 10, needed: 90 },
      samples: [{ at: since, verdict: 'pass', canary: 0.5, stable: 1, note: 'x' }],
      queries: { 'requests.canary': 'sum(x)' },
      away: true,
      awayMs: 1_000,
      state: '{"any":[{"thing":1.5}]}',
    },
  ],
}

/** Every field of a status, so that the schema is seen to keep each of them. */
const status: RolloutStatus = {
  observedGeneration: 1,
  phase: 'Progressing',
  message: 'step 1 of 3 waits for approval',
  waiting: { reason: 'Approval', message: 'a person must approve', next: 'sluice approve shown', until: since },
  stable: { revision: 'abcdef0123', workloadUid: 'u1', claimed: true },
  release: {
    attempt: '0123456789-1',
    revision: '0123456789',
    desired: 10,
    startedAt: since,
    step: 1,
    steps: 3,
    stepHash: 'abcdef0123',
    stepsHash: 'abcdef0123',
    stepStartedAt: since,
    weight: 20,
    replicas: 2,
    gatesOpenedAt: since,
    approvedBy: 'ann',
    pausedMs: 1_000,
    paused: { by: 'ann', since },
    unreadySince: since,
    stage: 'Filling',
    stageStartedAt: since,
    analyses: [run],
    routes: [{ kind: 'ingress', name: 'shop', drainMs: 0 }],
  },
  ending: { cause: 'workload-gone', by: 'sluice', message: 'gone' },
  drainSince: since,
  wanted: '0123456789',
  rejected: { revision: '0123456789', at: since, by: 'ann', message: 'no', analyses: [run] },
  bypass: { by: 'ann', reason: 'incident', since, endedBy: 'bob' },
  attempts: 1,
  decisions: [
    {
      uid: 'u2',
      name: 'shop-1',
      verb: 'approve',
      by: 'ann',
      at: since,
      step: 1,
      attempt: '0123456789-1',
      reason: 'fine',
      outcome: 'Accepted',
      message: 'step 1 approved',
    },
  ],
  conditions: [
    {
      type: 'Held',
      status: 'True',
      reason: 'DryRun',
      message: 'held',
      lastTransitionTime: since,
      observedGeneration: 1,
    },
  ],
  hold: { inForce: true, asked: 'x', message: 'yes' },
}

describe('kubectl', () => {
  it('shows where a Rollout is and what it waits for', async () => {
    await cluster.apply(rollout('shown', goodSpec))
    const patch = JSON.stringify({ status: { ...status, progress: '1/3' } })
    const patched = await cluster.kubectl('patch', 'sro', 'shown', '--subresource=status', '--type=merge', '-p', patch)
    expect(patched).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await cluster.kubectl('get', 'rollouts', 'shown')
    const [head, row] = stdout.split('\n').map((line) => line.split(/\s+/).slice(0, 6).join(' '))
    expect([head, row]).toEqual(['NAME WORKLOAD PHASE STEP WEIGHT WAITING', 'shown shop Progressing 1/3 20 Approval'])
  })

  it('reads back every field of the status that was written', async () => {
    const { stdout } = await cluster.kubectl('get', 'rollout', 'shown', '-o', 'jsonpath={.status}')
    expect(parseStatus(JSON.parse(stdout))).toEqual({ ...status, progress: '1/3' })
  })

  it('explains the gates of a step', async () => {
    const { stdout } = await cluster.kubectl('explain', 'rollout.spec.strategy.canary.steps.gates')
    expect(stdout).toMatch(/exactly one of approval, pause and\s+analysis/)
    expect(stdout).toMatch(/approval\s+<Object>\s+A person says/)
  })

  it('finds the kinds that have a state under the category all', async () => {
    const { stdout } = await cluster.kubectl(
      'api-resources',
      '--categories=all',
      '--api-group=sluice.dev',
      '-o',
      'name',
    )
    expect(stdout.trim().split('\n').sort()).toEqual(['decisions.sluice.dev', 'rollouts.sluice.dev'])
  })
})

describe('the API server, given a Decision', () => {
  it.each<[string, unknown, string]>([
    ['an approval of no step', { ...approval, step: undefined }, 'must name attempt, step and stepHash'],
    ['an approval of no attempt', { ...approval, attempt: undefined }, 'must name attempt, step and stepHash'],
    ['a verb that is none', { ...approval, verb: 'promote' }, 'spec.verb'],
    ['step 0', { ...approval, step: 0 }, 'spec.step'],
    ['a hash that is none', { ...approval, stepHash: 'x' }, 'spec.stepHash'],
    ['nobody', { ...approval, decidedBy: undefined }, 'missing required field "decidedBy"'],
    ['a reason that is a book', { ...approval, reason: 'x'.repeat(2_000) }, 'spec.reason'],
  ])('refuses %s', async (_, spec, said) => {
    const answer = await cluster.apply(decision('bad', spec))
    expect(answer.code).not.toBe(0)
    expect(answer.stderr).toContain(said)
  })

  it('never changes one that was made, and shows who decided what', async () => {
    expect(await cluster.apply(decision('made', approval))).toMatchObject({ code: 0 })
    const edited = await cluster.apply(decision('made', { ...approval, verb: 'reject' }))
    expect(edited.stderr).toContain('a decision is written once')
    const answer = JSON.stringify({ status: { outcome: 'Accepted', message: 'step 1 approved' } })
    await cluster.kubectl('patch', 'decision', 'made', '--subresource=status', '--type=merge', '-p', answer)
    const { stdout } = await cluster.kubectl('get', 'decisions', 'made')
    expect(stdout).toMatch(
      /^NAME\s+ROLLOUT\s+VERB\s+STEP\s+BY\s+OUTCOME\s+AGE\nmade\s+shop\s+approve\s+1\s+admin\s+Accepted/,
    )
  })
})
