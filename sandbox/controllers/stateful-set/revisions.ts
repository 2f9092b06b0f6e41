import { canonicalJson } from '../../../api/hash.ts'
import { type JsonObject, numberOf, objectOf, stringsOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { Api } from '../../server/api.ts'
import { controllerRef } from '../owner.ts'
import * as served from '../resources.ts'
import { safeHash } from '../template-hash.ts'

/** The templates that a StatefulSet has pods of: where it comes from and where it goes; often the same. */
export interface Revisions {
  readonly current: KubeObject
  readonly update: KubeObject
}

/**
 * Finds the ControllerRevision of the template that is wanted, or makes it; one that was in force before becomes the
 * newest again. `revisions`: those that there are, oldest first.
 */
export function reviseStatefulSet(api: Api, set: KubeObject, revisions: readonly KubeObject[]): Revisions {
  const data = dataOf(set)
  const text = canonicalJson(data)
  const newest = revisions.at(-1)
  const next = (newest === undefined ? 0 : revisionOf(newest)) + 1
  const equal = revisions.findLast((one) => canonicalJson(one['data']) === text)
  const update = equal ?? api.create(served.controllerRevisions, newRevision(set, data, text, next)).object
  const isNewest = equal === undefined || equal === newest
  const raised = isNewest ? update : api.replace(served.controllerRevisions, { ...update, revision: next }).object
  const { currentRevision } = objectOf(set['status'])
  const current = revisions.find(({ metadata }) => metadata.name === currentRevision) ?? raised
  return { current: current.metadata.uid === raised.metadata.uid ? raised : current, update: raised }
}

export const revisionOf = (revision: KubeObject): number => numberOf(revision['revision']) ?? 0

/** The pod template that a revision keeps. */
export function templateOf({ data }: KubeObject): JsonObject {
  const { $patch: _patch, ...template } = objectOf(objectOf(objectOf(data)['spec'])['template'])
  return template
}

/** Beyond the limit the oldest go that no pod and no status names. */
export function truncateHistory(
  api: Api,
  set: KubeObject,
  revisions: readonly KubeObject[],
  live: ReadonlySet<string>,
) {
  const limit = numberOf(objectOf(set['spec'])['revisionHistoryLimit']) ?? 10
  const past = revisions.filter(({ metadata }) => !live.has(metadata.name))
  for (const { metadata } of past.slice(0, Math.max(0, past.length - limit))) {
    api.delete(served.controllerRevisions, metadata)
  }
}

/** As upstream keeps it: a strategic merge patch that puts the template back. */
const dataOf = (set: KubeObject): JsonObject => ({
  spec: { template: { ...objectOf(objectOf(set['spec'])['template']), $patch: 'replace' } },
})

function newRevision(set: KubeObject, data: JsonObject, text: string, revision: number): KubeObject {
  const { name, namespace, annotations } = set.metadata
  const hash = safeHash(text, numberOf(objectOf(set['status'])['collisionCount']) ?? 0)
  const template = objectOf(objectOf(set['spec'])['template'])
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, 223)}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(annotations === undefined ? {} : { annotations }),
      labels: { ...stringsOf(objectOf(template['metadata'])['labels']), 'controller.kubernetes.io/hash': hash },
      ownerReferences: [controllerRef(served.statefulSets, set)],
    },
    data,
    revision,
  }
}
