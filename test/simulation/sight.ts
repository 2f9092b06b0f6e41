import type { AnalysisScope } from '../../api/analysis-run.ts'
import { revisionOf } from '../../api/hash.ts'
import { type JsonObject, numberOf, objectOf, objectsOf, type StringMap, stringsOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import {
  bypassAnnotation,
  deploymentResource,
  heldAnnotation,
  ingressResource,
  ownerUidLabel,
  rolloutLabel,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import type { Api } from '../../sandbox/server/api.ts'

export const namespace = 'shop'
export const workloadName = 'web'
export const rolloutName = 'web'
export const copyName = 'web-canary'
export const serviceName = 'web'
export const canaryServiceName = 'web-canary'
/** The Ingresses that a story may have, the first always. */
export const routeNames = ['web', 'web-two'] as const

/** The world as the promises look at it. */
export interface Sight {
  readonly rollout: RolloutSight | undefined
  readonly workload: DeploymentSight | undefined
  /** Deployment web-canary, whoever made it. */
  readonly copy: DeploymentSight | undefined
  readonly canaryService: boolean
  readonly routes: readonly RouteSight[]
}

export interface RolloutSight {
  readonly uid: string
  readonly deleting: boolean
  readonly steps: readonly JsonObject[]
  /** Where the spec uses an analysis that decides. */
  readonly uses: readonly AnalysisScope[]
  readonly status: RolloutStatus | undefined
}

export interface DeploymentSight {
  readonly uid: string
  readonly revision: string
  readonly replicas: number
  readonly paused: boolean
  readonly held: boolean
  readonly claimedBy: string | undefined
  readonly bypass: string | undefined
  readonly ownerUid: string | undefined
  readonly terminating: boolean
  readonly podLabels: StringMap
  readonly matchLabels: StringMap
}

export interface RouteSight {
  readonly name: string
  /** Percent that our Ingress asks for; undefined when it is not there. */
  readonly canary: number | undefined
  /** The user's Ingress still sends to the user's Service. */
  readonly leadsToWorkload: boolean
}

/** Looks at a world; what has not changed since is not read again. */
export function createLook(api: Pick<Api, 'find'>): () => Sight {
  const find = (resource: Resource, name: string) => api.find(resource, { namespace, name })
  const rolloutOf = keptFor(readRollout)
  const deploymentOf = keptFor(readDeployment)
  const weightOf = keptFor(readWeight)
  const leads = keptFor(leadsToService)
  return () => ({
    rollout: rolloutOf(find(rolloutResource, rolloutName)),
    workload: deploymentOf(find(deploymentResource, workloadName)),
    copy: deploymentOf(find(deploymentResource, copyName)),
    canaryService: find(serviceResource, canaryServiceName) !== undefined,
    routes: routeNames.map((name) => ({
      name,
      canary: weightOf(find(ingressResource, `${name}-canary`)),
      leadsToWorkload: leads(find(ingressResource, name)) === true,
    })),
  })
}

function keptFor<T>(read: (object: KubeObject) => T): (object: KubeObject | undefined) => T | undefined {
  let last: { readonly object: KubeObject; readonly value: T } | undefined
  return (object) => {
    if (object === undefined) return undefined
    if (last?.object !== object) last = { object, value: read(object) }
    return last.value
  }
}

function readRollout({ metadata, spec, status }: KubeObject): RolloutSight {
  const { steps, analysis, beforePromotion } = objectOf(objectOf(objectOf(spec)['strategy'])['canary'])
  const gates = objectsOf(steps).flatMap((step) => objectsOf(step['gates']))
  const inGates = gates.some((gate) => 'analysis' in gate && decides(objectOf(gate['analysis'])))
  return {
    uid: metadata.uid ?? '',
    deleting: metadata.deletionTimestamp !== undefined,
    steps: objectsOf(steps),
    uses: [
      ...(inGates ? (['step'] as const) : []),
      ...(objectsOf(analysis).some(decides) ? (['background'] as const) : []),
      ...(objectsOf(beforePromotion).some(decides) ? (['promotion'] as const) : []),
    ],
    status: parseStatus(status),
  }
}

const decides = ({ advisory }: JsonObject): boolean => advisory !== true

const revisions = new WeakMap<object, string>()

function revisionKept(template: JsonObject): string {
  const known = revisions.get(template)
  if (known !== undefined) return known
  const revision = revisionOf(template)
  revisions.set(template, revision)
  return revision
}

function readDeployment({ metadata, spec }: KubeObject): DeploymentSight {
  const { template, replicas, paused, selector } = objectOf(spec)
  const pods = objectOf(template)
  return {
    uid: metadata.uid ?? '',
    revision: revisionKept(pods),
    replicas: numberOf(replicas) ?? 1,
    paused: paused === true,
    held: metadata.annotations?.[heldAnnotation] === 'true',
    claimedBy: metadata.labels?.[rolloutLabel],
    bypass: metadata.annotations?.[bypassAnnotation],
    ownerUid: metadata.labels?.[ownerUidLabel],
    terminating: metadata.deletionTimestamp !== undefined,
    podLabels: stringsOf(objectOf(pods['metadata'])['labels']),
    matchLabels: stringsOf(objectOf(selector)['matchLabels']),
  }
}

const prefix = 'nginx.ingress.kubernetes.io/'

/** Undefined for an Ingress that only has the name of ours. */
function readWeight({ metadata }: KubeObject): number | undefined {
  if (metadata.labels?.[ownerUidLabel] === undefined) return undefined
  const { [`${prefix}canary`]: canary, [`${prefix}canary-weight`]: weight } = metadata.annotations ?? {}
  return canary === 'true' ? Number(weight ?? 0) : 100
}

function leadsToService({ spec }: KubeObject): boolean {
  const paths = objectsOf(objectOf(spec)['rules']).flatMap((rule) => objectsOf(objectOf(rule['http'])['paths']))
  return paths.some((path) => objectOf(objectOf(path['backend'])['service'])['name'] === serviceName)
}
