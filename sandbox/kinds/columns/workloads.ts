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

/** Nobody measures here: what a target has reached is not known. */
function targetsOf(object: KubeObject): string {
  const targets = objects(object, 'spec.metrics').map((metric) => {
    const utilization = at(metric, 'resource.target.averageUtilization')
    return `${text(metric, 'resource.name', text(metric, 'type'))}: <unknown>${utilization === undefined ? '' : `/${shownAs(utilization)}%`}`
  })
  return atMost(2, targets, ', ') || '<none>'
}
