import { isRecord, sameJson } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { bypassAnnotation, heldAnnotation, ownerUidLabel, rolloutLabel } from '../../../api/names.ts'
import type { Promised } from './moment.ts'

const oursByKind: readonly string[] = ['Rollout', 'Decision', 'Event', 'Lease']

/** 11: we create only what bears our mark, and delete only that. */
export const ownsOnlyItsOwn: Promised = ({ actor, type, object, old }) => {
  if (actor !== 'controller' || oursByKind.includes(object.kind)) return undefined
  const isOurs = object.metadata.labels?.[ownerUidLabel] !== undefined
  if (type === 'ADDED') return isOurs ? undefined : `${object.kind} ${object.metadata.name} is made without our mark`
  const goes =
    type === 'DELETED' ||
    (object.metadata.deletionTimestamp !== undefined && old?.metadata.deletionTimestamp === undefined)
  return goes && !isOurs ? `${object.kind} ${object.metadata.name}, which is not ours, is deleted` : undefined
}

/** 11: of a user's object we write only what holds it, and put that back. */
export const touchesOnlyItsFields: Promised = ({ actor, type, object, old }) => {
  if (actor !== 'controller' || type !== 'MODIFIED' || old === undefined || oursByKind.includes(object.kind))
    return undefined
  if (object.metadata.labels?.[ownerUidLabel] !== undefined) return undefined
  if (object.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined) return undefined
  if (object.kind !== 'Deployment') return `${object.kind} ${object.metadata.name}, which is the user's, is written`
  return sameJson(bare(object), bare(old))
    ? undefined
    : `Deployment ${object.metadata.name} is changed in more than what holds it`
}

/** 11: a template that we write is one that the workload had before. */
export const writesOnlyKeptTemplates: Promised = ({ actor, before, after, chronicle }) => {
  if (actor !== 'controller' || before.workload === undefined || after.workload?.uid !== before.workload.uid)
    return undefined
  const { revision } = after.workload
  if (revision === before.workload.revision || chronicle.earlierRevisions.has(revision)) return undefined
  return `the workload is given the template ${revision}, which nobody wrote`
}

/** A Deployment without what we may write. The template is: it is put back as it was kept. */
function bare({ metadata, spec, ...rest }: KubeObject): unknown {
  const {
    resourceVersion: _version,
    generation: _generation,
    managedFields: _fields,
    ...meta
  } = { managedFields: undefined, ...metadata }
  const { paused: _paused, template: _template, ...other } = isRecord(spec) ? spec : {}
  return {
    ...rest,
    status: undefined,
    metadata: {
      ...meta,
      labels: without(meta.labels, [rolloutLabel]),
      annotations: without(meta.annotations, [heldAnnotation, bypassAnnotation]),
    },
    spec: other,
  }
}

const without = (map: Readonly<Record<string, string>> | undefined, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key)))

/** 10: a Rollout is gone only when the workload is the user's own again. */
export const leavesTheWorkloadItsOwn: Promised = ({ type, object, after, chronicle }) => {
  if (type !== 'DELETED' || object.kind !== 'Rollout') return undefined
  const { workload } = after
  if (workload === undefined || workload.claimedBy !== object.metadata.name) {
    return workload?.held === true && workload.claimedBy === undefined ? 'the workload is left held' : undefined
  }
  return chronicle.excuses.holdWasOff ? undefined : 'the workload is left with our label'
}
