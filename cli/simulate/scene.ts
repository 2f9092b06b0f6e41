import { objectOf, type StringMap, stringsOf, textOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import {
  autoscalerResource,
  deploymentResource,
  ingressClassResource,
  ingressResource,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import type { RolloutSpec } from '../../api/rollout.ts'
import { labelSelectorOf, matches, serviceSelectorOf } from '../../rollout-controller/workload/selectors.ts'
import { classOf, parseIngress, servicesOf } from '../../traffic-providers/ingress.ts'
import { isCanary } from '../../traffic-providers/nginx-annotations.ts'
import { bare, type Sourced } from './bare.ts'

/** What one simulation is made from: the user's objects as they would lie in a cluster of their own. */
export interface Scene {
  readonly name: string
  readonly namespace: string
  readonly spec: RolloutSpec
  readonly deployment: KubeObject
  /** All of them, the Rollout last. */
  readonly objects: readonly Sourced[]
  /** What was made up because it was not given, a sentence each. */
  readonly assumed: readonly string[]
}

/** An object that the Rollout cannot do without, and who names it. */
export interface Missing {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly namedBy: string
}

export type Gathered =
  | { readonly kind: 'scene'; readonly scene: Scene }
  | { readonly kind: 'missing'; readonly missing: readonly Missing[] }

export interface Given {
  readonly rollout: Sourced
  readonly namespace: string
  readonly spec: RolloutSpec
  /** Everything that was read; of two with one name the first counts. */
  readonly all: readonly Sourced[]
  /** The cluster was asked too: what is not here does not exist. */
  readonly isAll: boolean
}

/** Picks what matters to one Rollout: what it names, and what could come in its way. */
export function gather(given: Given): Gathered {
  const { rollout, namespace, spec } = given
  const { name } = rollout.object.metadata
  const find = finderIn(given)
  const wanted = [
    { resource: deploymentResource, name: spec.workloadRef.name, field: 'spec.workloadRef.name' },
    ...spec.traffic.map((route, index) => ({
      resource: ingressResource,
      name: route.name,
      field: `spec.traffic[${index}].ingress.name`,
    })),
  ]
  const missing = wanted
    .filter((want) => find(want.resource, want.name) === undefined)
    .map(({ resource, name: lost, field }) => lack(resource, lost, `${field} of Rollout ${name}`))
  const deployment = find(deploymentResource, spec.workloadRef.name)
  const lacking = [...missing, ...(deployment === undefined ? [] : missingServices(given, deployment))]
  if (deployment === undefined || lacking.length > 0)
    return { kind: 'missing', missing: lacking.map((each) => ({ ...each, namespace })) }
  return { kind: 'scene', scene: sceneOf(given, deployment) }
}

const lack = ({ kind }: Resource, name: string, namedBy: string): Omit<Missing, 'namespace'> => ({ kind, name, namedBy })

type Find = (resource: Resource, name: string) => Sourced | undefined

const finderIn =
  (given: Given): Find =>
  (resource, name) =>
    ofKind(given, resource).find(({ object }) => object.metadata.name === name)

/** Those of a kind, whatever its version, in the Rollout's namespace; an object that names none is taken to be there. */
function ofKind({ all, namespace }: Given, resource: Resource): readonly Sourced[] {
  return all.filter(
    ({ object: { kind, apiVersion, metadata } }) =>
      kind === resource.kind &&
      groupOf(apiVersion) === resource.group &&
      (!resource.namespaced || (metadata.namespace ?? namespace) === namespace),
  )
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')

/** The Services that the routes send to, when none of those that are here selects the workload's pods. */
function missingServices(given: Given, deployment: Sourced): readonly Omit<Missing, 'namespace'>[] {
  const find = finderIn(given)
  const labels = podLabelsOf(deployment)
  const backends = given.spec.traffic.flatMap(({ name }) => {
    const ingress = find(ingressResource, name)
    return ingress === undefined ? [] : servicesOf(parseIngress(ingress.object)).map((service) => ({ service, name }))
  })
  if (backends.some(({ service }) => selects(find(serviceResource, service), labels))) return []
  return backends
    .filter(({ service }) => find(serviceResource, service) === undefined)
    .map(({ service, name }) => lack(serviceResource, service, `spec.rules of Ingress ${name}`))
}

const podLabelsOf = ({ object }: Sourced): StringMap =>
  stringsOf(objectOf(objectOf(objectOf(object['spec'])['template'])['metadata'])['labels'])

function selects(service: Sourced | undefined, labels: StringMap): boolean {
  const selector = serviceSelectorOf(objectOf(service?.object['spec'])['selector'])
  return selector !== undefined && matches(selector, labels)
}

function sceneOf(given: Given, deployment: Sourced): Scene {
  const { rollout, namespace, spec } = given
  const assumed = given.isAll ? [] : assumedClasses(given)
  const chosen = [
    ...ofKind(given, ingressClassResource),
    ...assumed,
    deployment,
    ...rivals(given, deployment),
    ...servicesAround(given, podLabelsOf(deployment)),
    ...ofKind(given, ingressResource).filter((ingress) => isOnTheWay(given, ingress)),
    ...ofKind(given, autoscalerResource).filter(({ object }) => targetOf(object) === spec.workloadRef.name),
    rollout,
  ]
  const namespaced = (object: KubeObject) => object.kind !== ingressClassResource.kind
  return {
    name: rollout.object.metadata.name,
    namespace,
    spec,
    deployment: deployment.object,
    objects: chosen.map(({ object, from }) => ({ object: bare(object, namespaced(object) ? namespace : undefined), from })),
    assumed: assumed.map(
      ({ object: { metadata } }) => `IngressClass ${metadata.name} is in none of the files: taken as ingress-nginx's`,
    ),
  }
}

/** Charts do not bring their IngressClass along. */
function assumedClasses(given: Given): readonly Sourced[] {
  const find = finderIn(given)
  const named = given.spec.traffic.flatMap(({ name }) => {
    const ingress = find(ingressResource, name)
    return (ingress && classOf(parseIngress(ingress.object))) ?? []
  })
  return [...new Set(named)]
    .filter((name) => find(ingressClassResource, name) === undefined)
    .map((name) => ({ object: nginxClass(name), from: 'an assumption' }))
}

const nginxClass = (name: string): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: ingressClassResource.kind,
  metadata: { name },
  spec: { controller: 'k8s.io/ingress-nginx' },
})

/** Other Deployments whose selector takes the workload's pods; without pods of their own. */
function rivals(given: Given, deployment: Sourced): readonly Sourced[] {
  const labels = podLabelsOf(deployment)
  return ofKind(given, deploymentResource)
    .filter((other) => other.object.metadata.name !== deployment.object.metadata.name)
    .filter(({ object }) => matches(labelSelectorOf(objectOf(object['spec'])['selector']), labels))
    .map(({ object, from }) => ({ object: { ...object, spec: { ...objectOf(object['spec']), replicas: 0 } }, from }))
}

function servicesAround(given: Given, labels: StringMap): readonly Sourced[] {
  const find = finderIn(given)
  const named = given.spec.traffic.flatMap(({ name }) => {
    const ingress = find(ingressResource, name)
    return ingress === undefined ? [] : servicesOf(parseIngress(ingress.object))
  })
  return ofKind(given, serviceResource).filter(
    (service) => named.includes(service.object.metadata.name) || selects(service, labels),
  )
}

/** The Rollout's own, and other people's canaries. */
function isOnTheWay({ spec }: Given, { object }: Sourced): boolean {
  return spec.traffic.some(({ name }) => name === object.metadata.name) || isCanary(object.metadata.annotations ?? {})
}

const targetOf = ({ spec }: KubeObject): string | undefined => textOf(objectOf(objectOf(spec)['scaleTargetRef'])['name'])

export const isRollout = ({ object: { kind, apiVersion } }: Sourced): boolean =>
  kind === rolloutResource.kind && groupOf(apiVersion) === rolloutResource.group
