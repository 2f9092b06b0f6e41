import type { JsonObject } from '../../../api/json.ts'
import { type Defaults, fill } from '../complete.ts'

const quarter = { maxUnavailable: '25%', maxSurge: '25%' }
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
  'apps.StatefulSetSpec': {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  },
  'apps.StatefulSetUpdateStrategy': (strategy) =>
    strategy['type'] === undefined ? rolling(strategy, { partition: 0 }) : strategy,
  'apps.RollingUpdateStatefulSetStrategy': { partition: 0 },
  'apps.StatefulSetPersistentVolumeClaimRetentionPolicy': { whenDeleted: 'Retain', whenScaled: 'Retain' },
  'autoscaling.HorizontalPodAutoscalerSpec': { minReplicas: 1, metrics: [averageCpu] },
}

function rolling(strategy: JsonObject, rollingUpdate: JsonObject): JsonObject {
  const { type = 'RollingUpdate' } = strategy
  return fill(strategy, type === 'RollingUpdate' ? { type, rollingUpdate } : { type })
}
