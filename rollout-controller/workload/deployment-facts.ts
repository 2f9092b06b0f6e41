import { revisionOf } from '../../api/hash.ts'
import { type JsonObject, numberOf, objectOf, objectsOf, type StringMap, stringsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { group } from '../../api/names.ts'
import { labelSelectorOf, type Selector } from './selectors.ts'

/** What is kept of a Deployment in memory: its pod template is reduced to a hash and the labels. */
export interface DeploymentFacts {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly terminating: boolean
  /** Only those of ours. */
  readonly labels: StringMap
  readonly annotations: StringMap
  readonly selector: Selector
  readonly templateLabels: StringMap
  readonly revision: string
  readonly paused: boolean
  readonly strategy: StrategyFacts
  readonly replicas: number
  readonly observed: boolean
  readonly totalReplicas: number
  readonly updatedReplicas: number
  readonly availableReplicas: number
  /** Message of the condition with which the Deployment controller gave up. */
  readonly failure?: string
}

export interface StrategyFacts {
  readonly type: string
  readonly maxUnavailable: number | string
  readonly maxSurge: number | string
}

export function deploymentFactsOf(object: KubeObject): DeploymentFacts {
  const { metadata } = object
  const spec = objectOf(object['spec'])
  const status = objectOf(object['status'])
  const template = objectOf(spec['template'])
  const failure = failureOf(status)
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    terminating: metadata.deletionTimestamp !== undefined,
    labels: ours(metadata.labels),
    annotations: ours(metadata.annotations),
    selector: labelSelectorOf(spec['selector']),
    templateLabels: stringsOf(objectOf(template['metadata'])['labels']),
    revision: revisionOf(template),
    paused: spec['paused'] === true,
    strategy: strategyOf(spec),
    replicas: numberOf(spec['replicas']) ?? 1,
    observed: (numberOf(status['observedGeneration']) ?? 0) >= (metadata.generation ?? 0),
    totalReplicas: numberOf(status['replicas']) ?? 0,
    updatedReplicas: numberOf(status['updatedReplicas']) ?? 0,
    availableReplicas: numberOf(status['availableReplicas']) ?? 0,
    ...(failure === undefined ? {} : { failure }),
  }
}

const ours = (map: StringMap | undefined): StringMap =>
  Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => key.startsWith(`${group}/`)))

function strategyOf(spec: JsonObject): StrategyFacts {
  const { type, rollingUpdate } = objectOf(spec['strategy'])
  const { maxUnavailable, maxSurge } = objectOf(rollingUpdate)
  return {
    type: textOf(type) ?? 'RollingUpdate',
    maxUnavailable: countOrPercent(maxUnavailable),
    maxSurge: countOrPercent(maxSurge),
  }
}

const countOrPercent = (value: unknown): number | string => numberOf(value) ?? textOf(value) ?? '25%'

function failureOf(status: JsonObject): string | undefined {
  const condition = objectsOf(status['conditions']).find(({ type }) => type === 'Progressing')
  if (condition?.['status'] !== 'False' || condition['reason'] !== 'ProgressDeadlineExceeded') return undefined
  return textOf(condition['message']) ?? 'its progress deadline has passed'
}
