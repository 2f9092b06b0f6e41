import { canaryName } from '../api/canary-name.ts'
import { type JsonObject, objectOf } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { ingressResource, ownerUidLabel, revisionAnnotation, roleLabel } from '../api/names.ts'
import {
  classAnnotation,
  type Ingress,
  type IngressPath,
  type IngressRule,
  ingressesOf,
  parseIngress,
} from './ingress.ts'
import { canaryAnnotations, commonAnnotations, foreignAnnotations } from './nginx-annotations.ts'
import type { LiveObjects, Route } from './provider.ts'

/** What is there for a route: the user's Ingress, and what has the name of ours. */
export interface Found {
  readonly user: Ingress | undefined
  readonly ours: KubeObject | undefined
  /** Has our name and is somebody else's. */
  readonly stranger: KubeObject | undefined
}

export function find(route: Route, live: LiveObjects): Found {
  const ingresses = ingressesOf(live, route.namespace)
  const user = ingresses.find((object) => object.metadata.name === route.target.name)
  const named = ingresses.find((object) => object.metadata.name === canaryName(route.target.name))
  const isOurs = named?.metadata.labels?.[ownerUidLabel] === route.owner.uid
  return {
    user: user && parseIngress(user),
    ours: isOurs ? named : undefined,
    stranger: isOurs ? undefined : named,
  }
}

/** Our Ingress as it is first made: at weight 0, since a create has no version check. */
export function newCanary(route: Route, user: Ingress): KubeObject {
  return {
    apiVersion: `${ingressResource.group}/${ingressResource.version}`,
    kind: ingressResource.kind,
    metadata: {
      name: canaryName(user.name),
      namespace: route.namespace,
      labels: labelsOf(route),
      annotations: annotationsOf(route, user, 0),
    },
    spec: specOf(route, user),
  }
}

/**
 * Our live Ingress as it should be. Labels and annotations that others put on it stay, so that nobody is fought over
 * them; what the gateway reads is ours alone.
 */
export function changedCanary(route: Route, user: Ingress, percent: number, ours: KubeObject): KubeObject {
  const { ownerReferences: _owners, ...metadata } = ours.metadata
  return {
    ...ours,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...labelsOf(route) },
      annotations: { ...foreignAnnotations(metadata.annotations ?? {}), ...annotationsOf(route, user, percent) },
    },
    spec: specOf(route, user),
  }
}

const labelsOf = (route: Route): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/managed-by': 'sluice',
  [ownerUidLabel]: route.owner.uid,
  [roleLabel]: 'route',
})

function annotationsOf(route: Route, user: Ingress, percent: number): Readonly<Record<string, string>> {
  const className = user.annotations[classAnnotation]
  return {
    ...(className === undefined ? {} : { [classAnnotation]: className }),
    ...commonAnnotations(user.annotations),
    ...canaryAnnotations(percent, user.annotations),
    [revisionAnnotation]: route.owner.revision,
  }
}

function specOf(route: Route, user: Ingress): JsonObject {
  return {
    ...(user.className === undefined ? {} : { ingressClassName: user.className }),
    ...(user.tls === undefined ? {} : { tls: user.tls }),
    rules: user.rules.flatMap((rule) => clonedRule(route, rule)),
  }
}

function clonedRule(route: Route, rule: IngressRule): readonly JsonObject[] {
  const paths = (rule.paths ?? []).flatMap((path) => clonedPath(route, path))
  return paths.length === 0 ? [] : [{ ...rule.raw, http: { ...objectOf(rule.raw.http), paths } }]
}

function clonedPath(route: Route, { raw, backend }: IngressPath): readonly JsonObject[] {
  const canary = canaryServiceOf(route, backend)
  if (backend.kind !== 'service' || canary === undefined) return []
  const service = { ...objectOf(backend.raw.service), name: canary }
  return [{ ...raw, backend: { ...backend.raw, service } }]
}

/** The canary Service beside the one that a path sends to, if that one carries the workload. */
export const canaryServiceOf = (route: Route, backend: IngressPath['backend']): string | undefined =>
  backend.kind === 'service' && Object.hasOwn(route.canaryServices, backend.name)
    ? route.canaryServices[backend.name]
    : undefined

/** Some path of the Ingress leads to the workload. */
export const canCarry = (route: Route, user: Ingress): boolean =>
  user.rules.some((rule) => rule.paths?.some(({ backend }) => canaryServiceOf(route, backend) !== undefined))
