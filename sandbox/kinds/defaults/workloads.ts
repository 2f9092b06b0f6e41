import { type JsonObject, objectOf, objectsOf } from '../../../api/json.ts'
import { type Defaults, fill } from '../complete.ts'

const quarter = { maxUnavailable: '25%', maxSurge: '25%' }
const scalingRule = (policies: readonly JsonObject[]) => ({ selectPolicy: 'Max', policies })
const byPercent = { type: 'Percent', value: 100, periodSeconds: 15 }
const scaleDown = scalingRule([byPercent])
const scaleUp = {
  ...scalingRule([{ type: 'Pods', value: 4, periodSeconds: 15 }, byPercent]),
  stabilizationWindowSeconds: 0,
}
const averageCpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
}

/** Workloads and what scales them; source: pkg/apis/apps/v1/defaults.go, pkg/apis/autoscaling/v2/defaults.go. */
export const workloadDefaults: Defaults = {
  'apps.DeploymentSpec': { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
  'apps.DeploymentStrategy': (strategy) => rolling(strategy, quarter),
  'apps.RollingUpdateDeployment': quarter,
  'apps.ReplicaSetSpec': { replicas: 1 },
  'apps.StatefulSetSpec': completeStatefulSet,
  'apps.StatefulSetUpdateStrategy': (strategy) =>
    strategy['type'] === undefined ? rolling(strategy, { partition: 0 }) : strategy,
  'apps.RollingUpdateStatefulSetStrategy': { partition: 0 },
  'apps.StatefulSetPersistentVolumeClaimRetentionPolicy': { whenDeleted: 'Retain', whenScaled: 'Retain' },
  'core.PersistentVolumeClaimSpec': { volumeMode: 'Filesystem' },
  'core.PersistentVolumeClaimStatus': { phase: 'Pending' },
  'autoscaling.HorizontalPodAutoscalerSpec': { minReplicas: 1, metrics: [averageCpu] },
  'autoscaling.HorizontalPodAutoscalerBehavior': completeBehavior,
}

function rolling(strategy: JsonObject, rollingUpdate: JsonObject): JsonObject {
  const { type = 'RollingUpdate' } = strategy
  return fill(strategy, type === 'RollingUpdate' ? { type, rollingUpdate } : { type })
}

function completeStatefulSet(spec: JsonObject): JsonObject {
  const templates = objectsOf(spec['volumeClaimTemplates'])
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }
  const claims = templates.map((template) => fill(template, claim))
  const isDone = claims.every((template, index) => template === templates[index])
  return fill(isDone ? spec : { ...spec, volumeClaimTemplates: claims }, {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  })
}

function completeBehavior(behavior: JsonObject): JsonObject {
  const up = fill(objectOf(behavior['scaleUp']), scaleUp)
  const down = fill(objectOf(behavior['scaleDown']), scaleDown)
  return up === behavior['scaleUp'] && down === behavior['scaleDown'] ? behavior : { scaleUp: up, scaleDown: down }
}
