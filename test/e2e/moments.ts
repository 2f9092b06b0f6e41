import { expect } from 'vitest'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import { deploymentResource, ingressResource, rolloutResource } from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import { eventually, must, type PodSeen, type Shop, type ShopOptions, type Stage } from './stage.ts'

/** Longer than a gateway needs to follow a route (Traefik: up to 2 s, more where the machine is busy); less than the drain. */
export const gatewayMs = 5000

/** Where a release of v2 is when somebody changes their mind. */
export type Moment =
  | 'held'
  | 'at 20 %'
  | 'at 90 %'
  | 'Filling'
  | 'Draining'
  | 'Rolling'
  | 'Returning'
  | 'RollingBack'
  | 'RolledBack'

/** The phase of that moment, as a trail tells it. */
export function phaseOf(moment: Moment): string {
  if (moment === 'held' || moment === 'at 20 %' || moment === 'at 90 %') return 'Progressing'
  return moment === 'RollingBack' || moment === 'RolledBack' ? moment : `Promoting/${moment}`
}

/** What pods do when they are deleted. */
export type Pods = 'gone at once' | 'answering 5 s more'

export const lingering = (pods: Pods): ShopOptions => (pods === 'gone at once' ? {} : { lingerMs: 5000 })

/** A shop whose every moment is long enough to act in it. */
export const unhurried = {
  replicas: 5,
  rate: 60,
  drain: '8s',
  set: ['strategy.rollingUpdate.maxSurge=20%', annotation('ready-after-ms', 500)],
} as const satisfies ShopOptions

/** 90 % of 5 pods are all 5: so that there is something left to fill, the last step before Filling has fewer. */
export const weightsFor = (moment: Moment): readonly number[] => (moment === 'Filling' ? [20, 60] : [20, 90])

/** Upgrades to v2 and brings its release to that moment. */
export async function bringTo(moment: Moment, shop: Shop): Promise<void> {
  await must(shop.upgrade('v2', '--set-string', v2Readiness(moment)))
  if (moment === 'held') {
    await shop.until('waits for pods', ({ waiting }) => waiting?.reason === 'PodsNotReady')
    return
  }
  await shop.atGate(1)
  if (moment === 'at 20 %') return settles()
  if (moment === 'RollingBack' || moment === 'RolledBack') {
    await shop.decide('rollback')
    await shop.phase(moment)
    return
  }
  await shop.decide('approve')
  await shop.atGate(2)
  if (moment === 'at 90 %') return settles()
  await shop.decide('approve')
  await shop.until(`is ${moment}`, ({ release }) => release?.stage === moment)
}

function v2Readiness(moment: Moment): string {
  if (moment === 'held') return annotation('never-ready', 'true')
  return annotation('ready-after-ms', moment === 'Filling' ? 8000 : 2000)
}

function annotation(name: string, value: string | number): string {
  return `podAnnotations.pod\\.sluice\\.test/${name}=${value}`
}

export const settles = () => new Promise<void>((resolve) => setTimeout(resolve, gatewayMs))

export const stablePods = async (shop: Shop): Promise<readonly PodSeen[]> =>
  (await shop.pods()).filter(({ canary }) => !canary)

export const versionsOf = (pods: readonly PodSeen[]): readonly string[] => [
  ...new Set(pods.map(({ version }) => version)),
]

/** What the workload holds: version, and whether it is held. */
export async function held(shop: Shop): Promise<{ readonly version: string; readonly held: boolean }> {
  const workload = await shop.deployment()
  return { version: versionIn(workload), held: workload?.metadata.annotations?.['sluice.dev/held'] === 'true' }
}

/** The hold is lifted just after the phase says Healthy: the record comes first, then the act. */
export async function isFreeOn(version: string, shop: Shop): Promise<void> {
  await eventually(`${shop.name} holds ${version} and is not held`, async () => {
    const now = await held(shop)
    return (now.version === version && !now.held) || JSON.stringify(now)
  })
}

function versionIn(object: KubeObject | undefined): string {
  return JSON.stringify(object?.['spec'])?.match(/"image":"[^"]*:([^"]+)"/)?.[1] ?? '?'
}

/** What happened in a shop and when, as the API server told it. */
export interface Trail {
  /** Phases and stages in order, `Promoting/Rolling`. */
  phases(): readonly string[]
  /** When it was first in this phase (or stage); fails if it never was. */
  at(phase: string): number
  /** Returns once the trail has heard of it: it is told by a watch, and may be behind whoever asks. */
  isAt(phase: string): Promise<void>
  /** The phase that this one followed, the last time. */
  phaseBefore(phase: string): string | undefined
  /** When the canary route was last seen to go; fails if it never did. */
  routeGoneAt(): number
  /** Versions that the copy ever had. */
  copies(): readonly string[]
}

/** Follows a shop until the stage is taken down. */
export function follow({ client }: Stage, shop: Shop, signal: AbortSignal): Trail {
  const { namespace } = shop
  const phases: { readonly phase: string; readonly atMs: number }[] = []
  const gone: number[] = []
  const copies = new Set<string>()
  const watch = async (resource: Resource, see: (object: KubeObject, type: string) => void) => {
    for (let resourceVersion: string | undefined; !signal.aborted; ) {
      try {
        const selection = { namespace, ...(resourceVersion !== undefined && { resourceVersion }) }
        for await (const { type, object } of client.watch(resource, selection, signal)) {
          resourceVersion = object.metadata.resourceVersion
          if (type !== 'BOOKMARK') see(object, type)
        }
      } catch {
        resourceVersion = undefined // a new watch begins with what is there
      }
    }
  }
  void watch(rolloutResource, (object) => {
    const status = parseStatus(object['status'])
    const stage = status?.phase === 'Promoting' ? `/${status.release?.stage}` : ''
    const phase = `${status?.phase}${stage}`
    if (phases.at(-1)?.phase !== phase) phases.push({ phase, atMs: Date.now() })
  })
  void watch(ingressResource, ({ metadata }, type) => {
    if (type === 'DELETED' && metadata.name === `${shop.name}-canary`) gone.push(Date.now())
  })
  void watch(deploymentResource, (object) => {
    if (object.metadata.name === `${shop.name}-canary`) copies.add(versionIn(object))
  })
  return {
    phases: () => phases.map(({ phase }) => phase),
    at: (wanted) => {
      const found = phases.find(({ phase }) => phase === wanted)
      if (!found)
        throw new Error(`${namespace} was never ${wanted}, but ${phases.map(({ phase }) => phase).join(' → ')}`)
      return found.atMs
    },
    async isAt(wanted) {
      await eventually(
        `the trail of ${namespace} has heard of ${wanted}`,
        async () => phases.at(-1)?.phase === wanted || `it ends with ${phases.at(-1)?.phase}`,
      )
    },
    phaseBefore: (wanted) => phases[phases.findLastIndex(({ phase }) => phase === wanted) - 1]?.phase,
    routeGoneAt: () => {
      const last = gone.at(-1)
      if (last === undefined) throw new Error(`the canary route of ${namespace} never went`)
      return last
    },
    copies: () => [...copies],
  }
}

/** The gateway's lateness: how long after the route was gone a pod of v2 was still asked. */
export async function lastAfterRoute({ cluster }: Stage, shop: Shop, trail: Trail): Promise<number> {
  const { versions } = await cluster.pods.read(shop.namespace)
  const lastAt = versions['v2']?.lastAnswerAtMs ?? 0
  const lateMs = lastAt === 0 ? 0 : lastAt - trail.routeGoneAt()
  console.log(`  ${shop.name}: last answer of v2 ${lateMs} ms after the canary route was deleted`)
  return lateMs
}

/** Waits until the workload has all its traffic: the route is gone and the gateway had time to follow. */
export async function allBack(shop: Shop, trail: Trail): Promise<void> {
  await eventually(`${shop.name}: the canary route is gone`, async () => {
    const since = Date.now() - trail.routeGoneAt()
    return since > gatewayMs || `for ${since} ms`
  })
}

export async function losesNothing(shop: Shop): Promise<void> {
  const { sent, lost, detail } = await shop.finish()
  expect(lost, `${lost} of ${sent}: ${detail}`).toBe(0)
}
