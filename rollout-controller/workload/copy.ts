import { type JsonObject, objectOf, pick, type StringMap, stringsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { group, revisionAnnotation } from '../../api/names.ts'
import { copyPodLabels, ownLabels } from './own-labels.ts'
import { changesOf, rewriteTerms } from './rewrite-terms.ts'
import type { NamedSelector } from './selectors.ts'
import { separateLabels } from './separate.ts'

export interface CopyOptions {
  /** The copy's name. */
  readonly name: string
  readonly ownerUid: string
  readonly revision: string
  readonly replicas: number
  /** Everything in the namespace that must not select the copy's pods, the workload's own selector included. */
  readonly selectors: readonly NamedSelector[]
}

export type Copy =
  | { readonly kind: 'ok'; readonly object: KubeObject }
  | { readonly kind: 'problem'; readonly selector: NamedSelector }

/** Of the workload's spec: how its pods are replaced and judged. Not `paused`, not the selector. */
const keptSpec = ['strategy', 'minReadySeconds', 'progressDeadlineSeconds']

/**
 * The canary copy of a Deployment: its pod template, with as many labels as needed given another value so that no
 * selector of somebody else matches the pods. Its metadata carries nothing that a deploy tool might look for.
 */
export function copyOf(workload: KubeObject, options: CopyOptions): Copy {
  const spec = objectOf(workload['spec'])
  const template = objectOf(spec['template'])
  const labels = templateLabels(template)
  const own = copyPodLabels(options.name, options.ownerUid)
  const separation = separateLabels(labels, options.selectors, own)
  if (separation.kind === 'problem') return separation
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(workload, options),
    spec: {
      ...pick(spec, keptSpec),
      replicas: options.replicas,
      revisionHistoryLimit: 1,
      selector: { matchLabels: own },
      template: templateOf(template, labels, { ...separation.changed, ...own }),
    },
  }
  return { kind: 'ok', object }
}

/** The pods' labels as the copy starts from them. */
export const templateLabels = (template: JsonObject): StringMap =>
  withoutOurs(stringsOf(objectOf(template['metadata'])['labels']))

function metadataOf(workload: KubeObject, options: CopyOptions) {
  const { namespace } = workload.metadata
  return {
    name: options.name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: ownLabels(options.ownerUid, 'copy'),
    annotations: { [revisionAnnotation]: options.revision },
  }
}

function templateOf(template: JsonObject, labels: StringMap, changed: StringMap): JsonObject {
  const annotations = withoutOurs(stringsOf(objectOf(template['metadata'])['annotations']))
  return {
    metadata: {
      labels: { ...labels, ...changed },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: rewriteTerms(objectOf(template['spec']), changesOf(labels, changed)),
  }
}

const withoutOurs = (map: StringMap): StringMap =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !key.startsWith(`${group}/`)))
