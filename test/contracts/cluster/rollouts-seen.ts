import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject, ObjectName } from '../../../api/kube-object.ts'
import { deploymentResource, podResource } from '../../../api/names.ts'
import { at, listAt, textAt } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import { eventually } from './eventually.ts'
import { replicaSets } from './resources.ts'
import { deployment, type WorkloadParts } from './shop.ts'

/** Deployment web of a case, as its tests look at it. */
export const web = (bed: Bed): ObjectName => ({ namespace: bed.namespace, name: 'web' })

export const read = (bed: Bed): Promise<KubeObject> => bed.client.get(deploymentResource, web(bed))

export const change = (bed: Bed, spec: JsonObject): Promise<KubeObject> =>
  bed.client.patch(deploymentResource, web(bed), { type: 'merge', body: { spec } })

/** A template that differs by one annotation; `more` are annotations that say how its pods behave. */
export const version = (name: string, more: JsonObject = {}): JsonObject => ({
  template: { metadata: { annotations: { version: name, ...more } } },
})

export async function rolledOut(bed: Bed, parts: WorkloadParts = {}): Promise<KubeObject> {
  const annotations = { version: 'v1', ...parts.annotations }
  await bed.make(deploymentResource, deployment('web', { ...parts, annotations }))
  return complete(bed)
}

/** Waits until the Deployment has all its pods, all of the newest template, all available. */
export const complete = (bed: Bed): Promise<KubeObject> =>
  eventually(async () => {
    const object = await read(bed)
    const replicas = at(object, 'spec', 'replicas')
    const all = replicas === 0 ? {} : { updatedReplicas: replicas, availableReplicas: replicas, replicas }
    expect(object['status']).toMatchObject({ observedGeneration: object.metadata.generation, ...all })
    expect(at(object, 'status', 'unavailableReplicas')).toBeUndefined()
    if (replicas === 0) expect(at(object, 'status', 'replicas')).toBeUndefined()
    return object
  })

/** Waits until the controller has seen the newest spec. */
export const observed = (bed: Bed): Promise<KubeObject> =>
  eventually(async () => {
    const object = await read(bed)
    expect(at(object, 'status', 'observedGeneration')).toBe(object.metadata.generation)
    return object
  })

export async function setsOf(bed: Bed): Promise<readonly KubeObject[]> {
  return (await bed.client.list(replicaSets, { namespace: bed.namespace })).items
}

/** Of each version the replicas wanted, as the ReplicaSets say: `{ v1: 2, v2: 0 }`. */
export async function wanted(bed: Bed): Promise<JsonObject> {
  return Object.fromEntries((await setsOf(bed)).map((set) => [versionOf(set), at(set, 'spec', 'replicas')]))
}

export async function podsOf(bed: Bed): Promise<readonly KubeObject[]> {
  return (await bed.client.list(podResource, { namespace: bed.namespace, labelSelector: 'app=web' })).items
}

export const versionOf = (set: KubeObject): string =>
  String(at(set, 'spec', 'template', 'metadata', 'annotations', 'version'))

/** `web web:v1` of each container of a template. */
export const namesAndImages = (object: unknown): readonly string[] =>
  listAt(object, 'spec', 'template', 'spec', 'containers').map(
    (one) => `${textAt(one, 'name')} ${textAt(one, 'image')}`,
  )

export const condition = (object: unknown, type: string): unknown =>
  listAt(object, 'status', 'conditions').find((one) => at(one, 'type') === type)

export const isReady = (pod: KubeObject): boolean => at(condition(pod, 'Ready'), 'status') === 'True'

export const isLeaving = (pod: KubeObject): boolean => pod.metadata.deletionTimestamp !== undefined

export const revisionOf = (object: KubeObject | undefined): string | undefined =>
  object?.metadata.annotations?.['deployment.kubernetes.io/revision']

export const expectWanted = (bed: Bed, expected: JsonObject): Promise<void> =>
  eventually(async () => expect(await wanted(bed)).toEqual(expected))
