import { numberOf, objectOf, type StringMap, stringsOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { controllerRef } from '../owner.ts'
import * as served from '../resources.ts'
import { hashLabel, safeHash } from '../template-hash.ts'
import { sizeOfNewest } from './scaling.ts'
import {
  desiredAnnotation,
  historyAnnotation,
  maxAnnotation,
  revisionAnnotation,
  type Sized,
  type View,
} from './view.ts'

/** Annotations of a Deployment that its ReplicaSets do not get. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
])

/** Histories of revisions are cut to that many characters. */
const longestHistory = 2000

/** The ReplicaSet for a template that has none yet, named by the template's hash. `templateKey`: the content of the template. */
export function newReplicaSet(view: View, templateKey: string): KubeObject {
  const { deployment, spec } = view
  const { name, namespace } = deployment.metadata
  const hash = safeHash(templateKey, numberOf(view.status['collisionCount']))
  const metadata = objectOf(spec.template['metadata'])
  const labels = { ...stringsOf(metadata['labels']), [hashLabel]: hash }
  const selector = objectOf(objectOf(deployment['spec'])['selector'])
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name.slice(0, 252 - hash.length)}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: { ...annotationsFor(view, {}), ...sizeAnnotations(view) },
      ownerReferences: [controllerRef(served.deployments, deployment)],
    },
    spec: {
      replicas: sizeOfNewest(view),
      ...(spec.minReadySeconds === 0 ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...stringsOf(selector['matchLabels']), [hashLabel]: hash } },
      template: { ...spec.template, metadata: { ...metadata, labels } },
    },
  }
}

/** The ReplicaSet of the wanted template with the annotations and minReadySeconds it should have; itself if it has them. */
export function renewed(view: View, { set }: Sized): KubeObject {
  const before = set.metadata.annotations ?? {}
  const annotations = annotationsFor(view, before)
  const spec = objectOf(set['spec'])
  const { minReadySeconds } = view.spec
  const sameSpec = (numberOf(spec['minReadySeconds']) ?? 0) === minReadySeconds
  if (sameSpec && Object.entries(annotations).every(([key, value]) => before[key] === value)) return set
  return { ...set, metadata: { ...set.metadata, annotations }, spec: sameSpec ? spec : { ...spec, minReadySeconds } }
}

/** A ReplicaSet at another size, with what the Deployment wants noted on it. */
export function resized(view: View, { set }: Sized, replicas: number): KubeObject {
  const annotations = { ...set.metadata.annotations, ...sizeAnnotations(view) }
  return { ...set, metadata: { ...set.metadata, annotations }, spec: { ...objectOf(set['spec']), replicas } }
}

const sizeAnnotations = ({ spec }: View): StringMap => ({
  [desiredAnnotation]: String(spec.replicas),
  [maxAnnotation]: String(spec.replicas + spec.maxSurge),
})

/** The Deployment's annotations and the highest revision of all; the revisions it had before are kept as a history. */
function annotationsFor({ deployment, old }: View, before: StringMap): StringMap {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key))
  const annotations = { ...before, ...Object.fromEntries(copied) }
  const revision = Math.max(0, ...old.map((one) => one.revision)) + 1
  const had = before[revisionAnnotation]
  if (Number(had ?? 0) >= revision) return annotations
  const raised = { ...annotations, [revisionAnnotation]: String(revision) }
  return had === undefined ? raised : { ...raised, [historyAnnotation]: history(before[historyAnnotation], had) }
}

function history(before: string | undefined, revision: string): string {
  const revisions = [...(before === undefined || before === '' ? [] : before.split(',')), revision]
  while (revisions.join(',').length > longestHistory) revisions.shift()
  return revisions.join(',')
}
