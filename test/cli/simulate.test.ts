import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../cli/program.ts'
import type { Simulation } from '../../cli/simulate/simulation.ts'
import { simulationLines } from '../../cli/view/simulation.ts'
import { plainText, widthOf } from '../../cli/view/spans.ts'
import { contextOf, recorded } from './builders.ts'

/** The demo chart as Helm renders it, with fewer pods: what is foretold does not depend on how many there are. */
let chart = ''
let folder = ''
beforeAll(async () => {
  const rendered = await readFile(new URL('../../examples/rendered/canary-demo.yaml', import.meta.url), 'utf8')
  chart = rendered.replace('replicas: 10', 'replicas: 2')
  folder = await mkdtemp(join(tmpdir(), 'sluice-simulate-'))
})
afterAll(() => rm(folder, { recursive: true }))

const threeSteps = [
  '{ weight: 10, gates: [{ pause: 10m }] }',
  '{ weight: 50, gates: [{ approval: { timeout: 24h } }] }',
  '{ weight: 100, gates: [{ approval: {} }] }',
].join(', ')

const rolloutText = (steps: string, more = '') => `---
apiVersion: sluice.dev/v1alpha1
kind: Rollout
metadata: { name: web }
spec:
  workloadRef: { kind: Deployment, name: canary-demo }
  strategy: { canary: { steps: [${steps}] } }
  traffic: [{ ingress: { name: canary-demo } }]
${more}`

/** No cluster: whoever asks for one is told that there is no kubeconfig. */
async function say(texts: readonly string[], args: readonly string[] = []) {
  const terminal = recorded()
  const files = await Promise.all(
    texts.map(async (text, index) => {
      const file = join(folder, `${index + 1}.yaml`)
      await writeFile(file, text)
      return ['-f', file]
    }),
  )
  const all = ['plan', '--simulate', '--kubeconfig', join(folder, 'none'), ...files.flat(), ...args]
  const exitCode = await run(all, contextOf(terminal))
  return { exitCode, out: terminal.lines.join('\n'), err: terminal.errors.join('\n').replaceAll(`${folder}/`, '') }
}

async function simulated(text: string, ...args: readonly string[]): Promise<Simulation> {
  const { out, err } = await say([text], [...args, '-o', 'json'])
  if (err !== '') throw new Error(err)
  return JSON.parse(out)
}

const without = (kind: string): string =>
  chart
    .split('---')
    .filter((document) => !document.includes(`kind: ${kind}\n`))
    .join('---')

describe('a Rollout with three steps', () => {
  let simulation: Simulation
  beforeAll(async () => {
    simulation = await simulated(`${chart}${rolloutText(threeSteps, '  progressDeadline: 5m')}`)
  })
  const outcome = (kind: string, at: number | 'promotion') =>
    simulation.whatIf.find((each) => each.if === kind && each.at === at)

  it('is foretold with its waits, weights and pods', () => {
    const rows = simulation.timeline.map(({ atMs, forMs, stage, step, weights, copy, workload, waiting }) =>
      [
        atMs,
        forMs,
        stage ?? step,
        weights['canary-demo'],
        `${copy.ready}/${copy.pods}`,
        `${workload.ready}/${workload.pods}`,
        waiting?.reason,
      ].join(' '),
    )
    expect(rows).toEqual([
      '0 10000 1 0 0/1 2/2 PodsNotReady',
      '10000 600000 1 10 1/1 2/2 Pause',
      '610000 0 2 50 1/1 2/2 Approval',
      '610000 10000 3 50 1/2 2/2 PodsNotReady',
      '620000 0 3 100 2/2 2/2 Approval',
      expect.stringMatching(/^620000 \d+ Draining 100 2\/2 2\/2 Draining$/),
      expect.stringMatching(/^\d+ 20000 Rolling 100 2\/2 2\/3 WorkloadRolling$/),
      expect.stringMatching(/^\d+ \d+ Returning 0 2\/2 2\/2 Draining$/),
    ])
    expect(simulation.ending).toEqual({ kind: 'promoted' })
  })
  it('costs a second set of pods and the surge of the roll', () => {
    expect(simulation.peak).toMatchObject({ pods: 5, extraPods: 3 })
  })
  it('never sends a request to pods that are never ready', () => {
    expect(outcome('never-ready', 1)).toMatchObject({
      ending: { kind: 'rolled-back' },
      rollsBackMs: 300_000,
      trafficBackMs: 0,
    })
    expect(outcome('never-ready', 1)).not.toHaveProperty('unanswered')
  })
  it('is rolled back at the deadline when its pods crash in step 2, and loses the share of step 2 until then', () => {
    expect(outcome('crash', 2)).toMatchObject({
      ending: { kind: 'rolled-back' },
      rollsBackMs: 300_000,
      unanswered: { percent: 50, forMs: 300_000 },
    })
  })
  it('goes back at once when a person says so, in each step', () => {
    for (const at of [1, 2, 3])
      expect(outcome('rollback', at)).toMatchObject({ trafficBackMs: 0, ending: { kind: 'rolled-back' } })
  })
  it('is rolled back when nobody approves in time, and waits for ever where no time is set', () => {
    expect(outcome('no-approval', 1)).toBeUndefined()
    expect(outcome('no-approval', 2)).toMatchObject({ ending: { kind: 'rolled-back' }, rollsBackMs: 86_400_000 })
    expect(outcome('no-approval', 3)).toMatchObject({ ending: { kind: 'waits' }, share: 100 })
  })
  it('keeps its traffic on the copy when the workload does not get ready', () => {
    expect(outcome('crash', 'promotion')).toMatchObject({
      ending: { kind: 'waits', waiting: { reason: 'WorkloadRollFailed' } },
    })
    expect(outcome('crash', 'promotion')).not.toHaveProperty('unanswered')
  })
  it('comes out the same every time', async () => {
    expect(await simulated(`${chart}${rolloutText(threeSteps, '  progressDeadline: 5m')}`)).toEqual(simulation)
  })
})

const oneStep = '{ weight: 20, gates: [{ approval: {} }] }'

describe('what is assumed', () => {
  it('can be said: how long approvals take, and pods', async () => {
    const { timeline } = await simulated(
      `${chart}${rolloutText(oneStep)}`,
      '--approve-after',
      '10m',
      '--pods-ready-after',
      '30s',
    )
    expect(timeline.slice(0, 2).map(({ forMs }) => forMs)).toEqual([30_000, 600_000])
  })
  it('is read from the probes where they take longer, and said of an IngressClass that no file has', async () => {
    const other = chart
      .replace('readinessProbe:\n', 'readinessProbe:\n            initialDelaySeconds: 45\n')
      .replace('ingressClassName: nginx', 'ingressClassName: edge')
    const { assumptions, timeline, ending } = await simulated(`${other}${rolloutText(oneStep)}`)
    expect(timeline[0]?.forMs).toBe(45_000)
    expect(assumptions.pods.because).toContain('readinessProbe.initialDelaySeconds of container web')
    expect(assumptions.objects).toEqual(['IngressClass edge is in none of the files: taken as one of ingress-nginx'])
    expect(ending.kind).toBe('promoted')
  })
  it('is only asked for with --simulate', async () => {
    const terminal = recorded()
    expect(await run(['plan', 'web', '--approve-after', '5m'], contextOf(terminal))).toBe(2)
    expect(terminal.errors.join()).toContain('--simulate')
  })
})

describe('an update that would not be promoted', () => {
  it('ends with 1, the reason and what to do', async () => {
    const autoscaler = `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: canary-demo }, minReplicas: 1, maxReplicas: 3 }
`
    const { exitCode, out } = await say([`${chart}${autoscaler}${rolloutText(oneStep)}`])
    expect(exitCode).toBe(1)
    expect(out).toContain('never promoted')
    expect(out).toContain('→ delete HorizontalPodAutoscaler default/web')
  })
  it('stops before the workload could be without pods', async () => {
    const recreate = chart.replace(/ {2}strategy:\n[\s\S]*?type: RollingUpdate\n/, '  strategy: { type: Recreate }\n')
    const { ending, timeline } = await simulated(`${recreate}${rolloutText(oneStep)}`)
    expect(ending).toMatchObject({ kind: 'waits', waiting: { reason: 'StrategyUnsupported' } })
    expect(timeline.at(-1)).not.toHaveProperty('forMs')
  })
})

describe('bad input', () => {
  it.each([
    ['Deployment', 'spec.workloadRef.name of Rollout web'],
    ['Ingress', 'spec.traffic[0].ingress.name of Rollout web'],
    ['Service', 'a path of Ingress canary-demo'],
  ])('names the %s that is missing, who names it, and what to do', async (kind, namedBy) => {
    const { exitCode, err, out } = await say([without(kind), rolloutText(oneStep)])
    expect(exitCode).toBe(2)
    expect(err).toContain(`${kind} default/canary-demo (${namedBy}) is missing: not in`)
    expect(err).toContain('add its file with another -f')
    expect(out).toBe('')
  })
  it('names the field of a Rollout that is wrong', async () => {
    const { exitCode, err } = await say([`${chart}${rolloutText('{ weight: 110 }')}`])
    expect(exitCode).toBe(1)
    expect(err).toContain('1.yaml: spec.strategy.canary.steps[0].weight must be a whole number from 1 to 100')
  })
  it('names the field of an object that the API server would refuse', async () => {
    const broken = chart.replace('containerPort: 8080', 'containerPort: 80800')
    const { exitCode, err } = await say([`${broken}${rolloutText(oneStep)}`])
    expect(exitCode).toBe(1)
    expect(err).toContain('Deployment default/canary-demo in 1.yaml is refused')
    expect(err).toContain('spec.template.spec.containers[0].ports[0].containerPort')
  })
  it('says that no file has a Rollout', async () => {
    const { exitCode, err } = await say([chart])
    expect(exitCode).toBe(1)
    expect(err).toContain('1.yaml has no Rollout in it')
  })
})

describe('what a person sees', () => {
  it('fits into the terminal, however narrow', async () => {
    const simulation = await simulated(`${chart}${rolloutText(oneStep)}`)
    for (const columns of [60, 80, 120]) {
      const lines = simulationLines(simulation, columns)
      expect(lines.filter((line) => widthOf(line) > columns).map(plainText)).toEqual([])
      expect(lines.map(plainText).join(' ')).toContain('promoted')
    }
  })
  it('is one line for each row in a pipe, without colours', async () => {
    const { out } = await say([chart, rolloutText(oneStep)])
    expect(out).toMatch(/^10s +0s +step 1 +20 % +1\/1 +2\/2 +approval \(assumed at once\)$/m)
    expect(out).toMatch(
      /^step 1 +all new pods crash +20 % of the requests find no ready pod for 10m; rolls back at the progressDeadline, after 10m; copy gone after 10m\d+s$/m,
    )
    expect(out).not.toContain('\u001b')
  })
})

describe('docs/cli.md', () => {
  it('shows what is printed', async () => {
    const root = new URL('../../', import.meta.url)
    const docs = await readFile(new URL('docs/cli.md', root), 'utf8')
    const [, shown = ''] = /\$ sluice plan --simulate [^\n]+\n([\s\S]*?)```/.exec(docs) ?? []
    const files = ['examples/rendered/canary-demo.yaml', 'examples/rollout.yaml']
    const terminal = recorded()
    await run(
      ['plan', '--simulate', ...files.flatMap((file) => ['-f', fileURLToPath(new URL(file, root))])],
      contextOf(terminal),
    )
    expect(
      shown
        .trim()
        .split('\n')
        .filter((line) => !terminal.lines.includes(line)),
    ).toEqual([])
  })
})

describe('a Rollout with analyses', () => {
  it('is played without them: a gate passes at its deadline, and the output says so', async () => {
    const gates = 'gates: [{ analysis: { name: errors, deadline: 3m } }, { analysis: { name: hint, advisory: true } }]'
    const more = `{ weight: 50, ${gates} }] , analysis: [{ name: kubernetes }, { name: fleet }], beforePromotion: [{ name: last }`
    const { out, exitCode } = await say([`${chart}${rolloutText(more)}`])
    expect(out).toMatch(/^10s +3m +step 1 +50 %.* analysis errors$/m)
    expect(out).toContain('step 1 has analysis errors, and it is taken to pass at its deadline, after 3m')
    expect(out).toContain('step 1 has analysis hint, and it decides nothing')
    expect(out).toContain('analyses kubernetes and fleet beside the steps are taken to pass')
    expect(out).toContain('analysis last before promotion is taken to pass')
    expect(out).toContain('That an analysis fails, or comes to no verdict, is not played.')
    expect(exitCode).toBe(0)
  })
})
