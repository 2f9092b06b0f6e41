import { objectOf, textOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import {
  deploymentResource,
  heldAnnotation,
  ingressResource,
  mutatingPolicyResource,
  ownerUidLabel,
  podTemplateResource,
  rolloutLabel,
  serviceResource,
  validatingPolicyResource,
} from '../../api/names.ts'
import type { Session } from '../../cli/session.ts'
import type { World } from '../../cli/world.ts'
import { isFault } from '../../kube/errors.ts'

/** The pods of one version that are to stay, by uid. */
export function podsOf({ pods }: Pick<World, 'pods'>, version: string): readonly string[] {
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter((pod) => JSON.stringify(pod.spec).includes(`:${version}"`))
    .map(({ metadata }) => metadata.uid ?? metadata.name)
}

/** Everything that would tell that Sluice was ever here, in words. */
export async function tracesOf({ client, namespace }: Session, signal: AbortSignal): Promise<readonly string[]> {
  const itemsOf = async (resource: Resource) => (await client.listAll(resource, { namespace }, signal)).items
  const [deployments, ...others] = await Promise.all(
    [deploymentResource, serviceResource, ingressResource, podTemplateResource].map(itemsOf),
  )
  const policies = await Promise.all(
    [mutatingPolicyResource, validatingPolicyResource].map((resource) => client.listAll(resource, {}, signal)),
  )
  return [
    ...[...(deployments ?? []), ...others.flat()].filter(isOurs).map(named),
    ...(deployments ?? []).flatMap(marksOn),
    ...policies.flatMap(({ items }) => items.filter(({ metadata }) => metadata.name.startsWith('sluice-')).map(named)),
    ...((await isServed({ client }, signal)) ? ['the kinds of sluice.dev'] : []),
  ]
}

const isOurs = ({ metadata }: KubeObject): boolean => metadata.labels?.[ownerUidLabel] !== undefined
const named = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`

/** What a workload still has of us. */
function marksOn({ metadata, spec }: KubeObject): readonly string[] {
  const marks = [
    metadata.labels?.[rolloutLabel] === undefined ? '' : `label ${rolloutLabel}`,
    metadata.annotations?.[heldAnnotation] === undefined ? '' : `annotation ${heldAnnotation}`,
    objectOf(spec).paused === true ? 'spec.paused' : '',
  ]
  return marks.flatMap((mark) => (textOf(mark) === undefined ? [] : [`${mark} on Deployment ${metadata.name}`]))
}

async function isServed({ client }: Pick<Session, 'client'>, signal: AbortSignal): Promise<boolean> {
  try {
    await client.request('GET', '/apis/sluice.dev/v1alpha1', undefined, signal)
    return true
  } catch (error) {
    if (isFault(error, 'not-found')) return false
    throw error
  }
}

/** When the route of ours was seen to go, in milliseconds since the epoch. Call it before it goes. */
export async function whenGone({ client, namespace }: Session, name: string, signal: AbortSignal): Promise<number> {
  const { resourceVersion } = await client.list(ingressResource, { namespace }, signal)
  for (;;) {
    for await (const { type, object } of client.watch(ingressResource, { namespace, resourceVersion }, signal))
      if (type === 'DELETED' && object.metadata.name === name) return Date.now()
  }
}
