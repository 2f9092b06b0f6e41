import type { AnalysisSpec } from '../api/analysis.ts'
import { revisionOf } from '../api/hash.ts'
import { type JsonObject, numberOf, objectOf, objectsOf, type StringMap, stringsOf, textOf } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { finalizer, ownerUidLabel, roleLabel } from '../api/names.ts'
import { parseAnalysis } from '../api/parse-analysis.ts'
import { type Selector, serviceSelectorOf } from './workload/selectors.ts'

/** What every kind keeps: enough to address the object in a conditional write, and whose it is. */
export interface CommonFacts {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly terminating: boolean
  readonly ownerUid?: string
  readonly role?: string
}

export interface ServiceFacts extends CommonFacts {
  readonly selector?: Selector
}

/** Of one EndpointSlice: how many ready endpoints it gives its Service, per family of addresses. */
export interface EndpointFacts {
  readonly namespace: string
  readonly service: string
  readonly family: string
  readonly ready: number
}

/** Which workload an autoscaler drives. */
export interface AutoscalerFacts {
  readonly namespace: string
  readonly name: string
  readonly targetKind: string
  readonly targetName: string
}

/** A PodTemplate; those without our labels are known too, since they may have taken a name. */
export interface TemplateFacts extends CommonFacts {
  readonly revision: string
  readonly templateLabels: StringMap
}

/** An Analysis or a ClusterAnalysis; without `spec` where it does not parse, and `problems` says why. */
export interface AnalysisFacts {
  readonly namespace: string
  readonly name: string
  readonly spec?: AnalysisSpec
  readonly problems: readonly string[]
}

/** What others need to know of a Rollout; its own reconcile reads it live. */
export interface RolloutFacts extends CommonFacts {
  readonly generation: number
  readonly createdAt: string
  readonly workload?: string
  /** Names of the routes of the spec and of the release under way. */
  readonly routes: readonly string[]
  /** Names of the analyses that the spec uses, of whatever kind. */
  readonly analyses: readonly string[]
  readonly phase: string
  readonly held: boolean
  /** Why an update would not be held although nobody said bypass. */
  readonly notHeld?: string
  readonly stalled: boolean
  readonly hasFinalizer: boolean
}

export interface PolicyFacts {
  readonly uid: string
  readonly generation: number
}

export function commonFactsOf({ metadata }: KubeObject): CommonFacts {
  const ownerUid = metadata.labels?.[ownerUidLabel]
  const role = metadata.labels?.[roleLabel]
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    terminating: metadata.deletionTimestamp !== undefined,
    ...(ownerUid === undefined ? {} : { ownerUid }),
    ...(role === undefined ? {} : { role }),
  }
}

export function serviceFactsOf(object: KubeObject): ServiceFacts {
  const selector = serviceSelectorOf(objectOf(object['spec'])['selector'])
  return { ...commonFactsOf(object), ...(selector === undefined ? {} : { selector }) }
}

export function endpointFactsOf(object: KubeObject): EndpointFacts {
  return {
    namespace: object.metadata.namespace ?? '',
    service: object.metadata.labels?.['kubernetes.io/service-name'] ?? '',
    family: textOf(object['addressType']) ?? '',
    ready: objectsOf(object['endpoints']).filter(isReadyEndpoint).length,
  }
}

/** Ready unless said otherwise, as the API defines it; a terminating endpoint is on its way out whatever it says. */
export function isReadyEndpoint(endpoint: JsonObject): boolean {
  const { ready, terminating } = objectOf(endpoint['conditions'])
  return ready !== false && terminating !== true
}

export function autoscalerFactsOf(object: KubeObject): AutoscalerFacts {
  const { kind, name } = objectOf(objectOf(object['spec'])['scaleTargetRef'])
  return {
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    targetKind: textOf(kind) ?? '',
    targetName: textOf(name) ?? '',
  }
}

export function templateFactsOf(object: KubeObject): TemplateFacts {
  const template = objectOf(object['template'])
  const common = commonFactsOf(object)
  return {
    ...common,
    revision: common.ownerUid === undefined ? '' : revisionOf(template),
    templateLabels: stringsOf(objectOf(template['metadata'])['labels']),
  }
}

export function rolloutFactsOf(object: KubeObject): RolloutFacts {
  const spec = objectOf(object['spec'])
  const status = objectOf(object['status'])
  const workload = textOf(objectOf(spec['workloadRef'])['name'])
  const release = objectOf(status['release'])
  return {
    ...commonFactsOf(object),
    generation: object.metadata.generation ?? 0,
    createdAt: object.metadata.creationTimestamp ?? '',
    ...(workload === undefined ? {} : { workload }),
    routes: [...routeKeys(spec['traffic']), ...routeKeys(release['routes'])],
    analyses: usedAnalyses(spec),
    phase: textOf(status['phase']) ?? 'Unknown',
    held: objectOf(status['hold'])['inForce'] === true,
    ...conditionFactsOf(objectsOf(status['conditions'])),
    hasFinalizer: object.metadata.finalizers?.includes(finalizer) === true,
  }
}

function usedAnalyses(spec: JsonObject): readonly string[] {
  const { steps, analysis, beforePromotion } = objectOf(objectOf(spec['strategy'])['canary'])
  const gates = objectsOf(steps).flatMap((step) => objectsOf(step['gates']))
  const uses = [
    ...objectsOf(analysis),
    ...objectsOf(beforePromotion),
    ...gates.map((gate) => objectOf(gate['analysis'])),
  ]
  return [...new Set(uses.flatMap((use) => textOf(use['name']) ?? []))]
}

export function analysisFactsOf(object: KubeObject): AnalysisFacts {
  const { namespace = '', name } = object.metadata
  const parsed = parseAnalysis(object)
  return parsed.kind === 'ok'
    ? { namespace, name, spec: parsed.spec, problems: [] }
    : { namespace, name, problems: parsed.problems.map(({ path, message }) => `${path} ${message}`) }
}

function conditionFactsOf(conditions: readonly JsonObject[]): Pick<RolloutFacts, 'notHeld' | 'stalled'> {
  const find = (type: string, is: string) => conditions.find((one) => one['type'] === type && one['status'] === is)
  const reason = textOf(find('Held', 'False')?.['reason'])
  return {
    ...(reason === undefined || reason === 'Bypassed' ? {} : { notHeld: reason }),
    stalled: find('Stalled', 'True') !== undefined,
  }
}

/** Both shapes: the user's `{ingress: {name}}` and the parsed `{kind: 'ingress', name}`. */
function routeKeys(value: unknown): readonly string[] {
  return objectsOf(value).flatMap((route) => {
    const name = textOf(objectOf(route['ingress'])['name']) ?? textOf(route['name'])
    return name === undefined ? [] : [name]
  })
}

export function policyFactsOf({ metadata }: KubeObject): PolicyFacts {
  return { uid: metadata.uid ?? '', generation: numberOf(metadata.generation) ?? 0 }
}
