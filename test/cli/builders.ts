import type { KubeObject } from '../../api/kube-object.ts'
import type { RolloutSpec, Step } from '../../api/rollout.ts'
import type { Release, RolloutStatus, TakenDecision } from '../../api/status.ts'
import type { Look } from '../../cli/look.ts'
import type { Context } from '../../cli/session.ts'
import type { Terminal } from '../../cli/terminal.ts'

export const now = Date.parse('2026-11-21T12:00:00Z')
/** A time so many seconds before `now`. */
export const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString()

export const approvalStep = (weight: number): Step => ({ weight, gates: [{ kind: 'approval' }] })
export const pauseStep = (weight: number, durationMs: number): Step => ({
  weight,
  gates: [{ kind: 'pause', durationMs }],
})

export const specOf = (...steps: readonly Step[]): RolloutSpec => ({
  workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  strategy: { canary: { steps, analysis: [], beforePromotion: [] } },
  traffic: [{ kind: 'ingress', name: 'web' }],
  progressDeadlineMs: 600_000,
})

export const releaseOf = (part: Partial<Release> = {}): Release => ({
  attempt: 'bbbbbbbbbb-1',
  revision: 'bbbbbbbbbb',
  desired: 10,
  startedAt: ago(100),
  step: 1,
  steps: 3,
  stepHash: 'cccccccccc',
  stepsHash: 'dddddddddd',
  stepStartedAt: ago(60),
  weight: 20,
  replicas: 2,
  gatesOpenedAt: ago(30),
  routes: [{ kind: 'ingress', name: 'web' }],
  ...part,
})

export const statusOf = (part: Partial<RolloutStatus> = {}): RolloutStatus => ({
  phase: 'Healthy',
  message: 'The stable version has all traffic',
  stable: { revision: 'aaaaaaaaaa', workloadUid: 'u1', claimed: true },
  attempts: 1,
  decisions: [],
  conditions: [],
  ...part,
})

export const progressing = (release: Partial<Release> = {}, part: Partial<RolloutStatus> = {}): RolloutStatus =>
  statusOf({ phase: 'Progressing', message: 'Step 1 of 3', release: releaseOf(release), ...part })

export const decisionOf = (part: Partial<TakenDecision> = {}): TakenDecision => ({
  uid: 'd1',
  name: 'web-approve-1',
  verb: 'approve',
  by: 'alice',
  at: ago(10),
  outcome: 'Accepted',
  message: '',
  ...part,
})

export const lookOf = (part: Partial<Look> = {}): Look => ({
  name: 'web',
  namespace: 'shop',
  deleting: false,
  spec: specOf(approvalStep(20), pauseStep(50, 600_000), approvalStep(90)),
  specProblems: [],
  status: statusOf(),
  workload: { name: 'web', held: false, revision: 'aaaaaaaaaa', images: ['registry/web:v1'] },
  stable: { revision: 'aaaaaaaaaa', images: ['registry/web:v1'], ready: 8, wanted: 8, trouble: [] },
  routes: [{ kind: 'ingress', name: 'web', asked: 20, says: 20, object: 'web-canary' }],
  ...part,
})

export const objectOf = (
  kind: string,
  part: Readonly<Record<string, unknown>> & { readonly metadata: KubeObject['metadata'] },
): KubeObject => ({
  apiVersion: 'v1',
  kind,
  ...part,
})

export interface Recorded extends Terminal {
  readonly lines: string[]
  readonly errors: string[]
}

/** A terminal that remembers. */
export function recorded(part: Partial<Terminal> = {}): Recorded {
  const lines: string[] = []
  const errors: string[] = []
  return {
    lines,
    errors,
    out: (line) => lines.push(line),
    err: (line) => errors.push(line),
    write: (text) => lines.push(text),
    isTty: false,
    colours: false,
    columns: () => 80,
    rows: () => 24,
    onResize: () => () => undefined,
    confirm: () => Promise.resolve(undefined),
    now: () => now,
    env: {},
    ...part,
  }
}

export const contextOf = (terminal: Terminal): Context => ({
  terminal,
  signal: new AbortController().signal,
  where: {},
  exitCode: 0,
})
