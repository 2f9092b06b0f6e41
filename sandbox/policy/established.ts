import { type JsonObject, objectOf, objectsOf, sameJson } from '../../api/json.ts'
import type { KubeObject, ObjectMeta } from '../../api/kube-object.ts'

/** Keeps a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/**
 * The CustomResourceDefinition with its names filled in and the status that says that it is served; the very same object
 * where it says so already. `now`: RFC 3339, for the conditions that it did not have.
 */
export function established(definition: KubeObject, now: string): KubeObject {
  const spec = objectOf(definition['spec'])
  const names = namesOf(objectOf(spec['names']))
  const next = {
    ...definition,
    metadata: keptUntilEmpty(definition.metadata),
    spec: { conversion: { strategy: 'None' }, ...spec, names },
    status: statusOf(objectOf(definition['status']), spec, names, now),
  }
  return sameJson(next, definition) ? definition : next
}

function keptUntilEmpty(metadata: ObjectMeta): ObjectMeta {
  const { deletionTimestamp, finalizers = [] } = metadata
  if (deletionTimestamp !== undefined || finalizers.includes(cleanupFinalizer)) return metadata
  return { ...metadata, finalizers: [...finalizers, cleanupFinalizer] }
}

const namesOf = (names: JsonObject): JsonObject => ({
  singular: String(names['kind']).toLowerCase(),
  listKind: `${String(names['kind'])}List`,
  ...names,
})

function statusOf(status: JsonObject, spec: JsonObject, acceptedNames: JsonObject, now: string): JsonObject {
  const stored = objectsOf(spec['versions']).find(({ storage }) => storage === true)?.['name']
  const before: readonly unknown[] = Array.isArray(status['storedVersions']) ? status['storedVersions'] : []
  const old = objectsOf(status['conditions'])
  const condition = (type: string, reason: string, message: string) =>
    old.find((one) => one['type'] === type && one['status'] === 'True') ?? {
      lastTransitionTime: now,
      message,
      reason,
      status: 'True',
      type,
    }
  return {
    ...status,
    acceptedNames,
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: before.includes(stored) ? before : [...before, stored],
  }
}
