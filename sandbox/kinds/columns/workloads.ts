import { type JsonObject, objectOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { Column } from '../../server/kind.ts'
import {
  ageColumn,
  at,
  atMost,
  column,
  containerColumns,
  labelsText,
  nameColumn,
  number,
  objects,
  selectorText,
  shownAs,
  text,
  wide,
} from './cell.ts'

const readyColumn = column(
  'Ready',
  (object) => `${number(object, 'status.readyReplicas')}/${number(object, 'spec.replicas')}`,
)
const templateColumns = containerColumns('spec.template.spec.containers')
const selectorColumn = wide('Selector', (object) => selectorText(at(object, 'spec.selector')))
const count = (name: string, path: string): Column => column(name, (object) => number(object, path), 'integer')

export const deploymentColumns: readonly Column[] = [
  nameColumn,
  readyColumn,
  column('Up-to-date', (object) => number(object, 'status.updatedReplicas')),
  column('Available', (object) => number(object, 'status.availableReplicas')),
  ageColumn,
  ...templateColumns,
  selectorColumn,
]

export const replicaSetColumns: readonly Column[] = [
  nameColumn,
  count('Desired', 'spec.replicas'),
  count('Current', 'status.replicas'),
  count('Ready', 'status.readyReplicas'),
  ageColumn,
  ...templateColumns,
  selectorColumn,
]

export const statefulSetColumns: readonly Column[] = [nameColumn, readyColumn, ageColumn, ...templateColumns]

export const podTemplateColumns: readonly Column[] = [
  nameColumn,
  ...containerColumns('template.spec.containers').map((shown) => ({ ...shown, priority: 0 })),
  column('Pod Labels', (object) => labelsText(at(object, 'template.metadata.labels'))),
]

export const revisionColumns: readonly Column[] = [
  nameColumn,
  column('Controller', controllerOf),
  column('Revision', (object) => number(object, 'revision')),
  ageColumn,
]

/** `deployment.apps/web` */
function controllerOf({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)
  if (owner === undefined) return '<none>'
  const [group, version] = owner.apiVersion.split('/')
  const kind = version === undefined ? owner.kind : `${owner.kind}.${group}`
  return `${kind.toLowerCase()}/${owner.name}`
}

export const autoscalerColumns: readonly Column[] = [
  nameColumn,
  column(
    'Reference',
    (object) => `${text(object, 'spec.scaleTargetRef.kind')}/${text(object, 'spec.scaleTargetRef.name')}`,
  ),
  column('Targets', targetsOf),
  column('MinPods', (object) => shownAs(at(object, 'spec.minReplicas') ?? '<unset>')),
  column('MaxPods', (object) => number(object, 'spec.maxReplicas')),
  column('Replicas', (object) => number(object, 'status.currentReplicas')),
  ageColumn,
]

function targetsOf(object: KubeObject): string {
  const metrics = objects(object, 'spec.metrics')
  const current = objects(object, 'status.currentMetrics')
  return metrics.length === 0
    ? '<none>'
    : atMost(
        2,
        metrics.map((metric, index) => targetOf(metric, current[index])),
        ', ',
      )
}

/** `cpu: 12%/80%`, `<unknown>/10 (avg)` */
function targetOf(metric: JsonObject, status: JsonObject = {}): string {
  const type = text(metric, 'type')
  const key = `${type.charAt(0).toLowerCase()}${type.slice(1)}`
  const source = objectOf(metric[key])
  const now = objectOf(objectOf(status[key])['current'])
  const target = objectOf(source['target'])
  const isOfPods = type === 'Resource' || type === 'ContainerResource'
  const name = isOfPods ? `${text(source, 'name')}: ` : ''
  if (isOfPods && target['averageValue'] === undefined) {
    return `${name}${percent(now['averageUtilization'], '<unknown>')}/${percent(target['averageUtilization'], '<auto>')}`
  }
  const by = target['averageValue'] === undefined ? 'value' : 'averageValue'
  const isAverage = by === 'averageValue' && !isOfPods && type !== 'Pods'
  return `${name}${text(now, by, '<unknown>')}/${text(target, by)}${isAverage ? ' (avg)' : ''}`
}

const percent = (value: unknown, otherwise: string): string => (typeof value === 'number' ? `${value}%` : otherwise)
