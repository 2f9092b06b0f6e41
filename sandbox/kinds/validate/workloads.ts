import { type JsonObject, objectOf, sameJson, stringsOf } from '../../../api/json.ts'
import { labelSelector } from '../../controllers/selector.ts'
import {
  atLeast,
  type Check,
  every,
  fields,
  forbiddenField,
  invalidValue,
  needed,
  notNegative,
  oneOf,
  type Rules,
  required,
  when,
} from './cause.ts'

const counts = fields({ replicas: notNegative, minReadySeconds: notNegative, revisionHistoryLimit: notNegative })

/** Deployments, ReplicaSets, StatefulSets and what scales them. */
export const workloadRules: Rules = {
  'apps.DeploymentSpec': every(counts, isSelected('deployment'), isPatient),
  'apps.ReplicaSetSpec': every(counts, isSelected('deployment')), // the API says deployment here, too
  'apps.StatefulSetSpec': every(counts, isSelected('statefulset'), ({ podManagementPolicy: policy }, at) =>
    when(policy !== 'OrderedReady' && policy !== 'Parallel', () =>
      invalidValue(`${at}.podManagementPolicy`, policy, "must be 'OrderedReady' or 'Parallel'"),
    ),
  ),
  'apps.DeploymentStrategy': isStrategy,
  'apps.RollingUpdateDeployment': isRolling,
  'apps.StatefulSetUpdateStrategy': isUpdateStrategy,
  'apps.RollingUpdateStatefulSetStrategy': fields({ partition: notNegative }),
  'autoscaling.HorizontalPodAutoscalerSpec': every(fields({ minReplicas: atLeast(1) }), isRange),
  'autoscaling.CrossVersionObjectReference': every(fields({ kind: needed(), name: needed() }), ({ apiVersion }, at) =>
    when(apiVersion === undefined, () => invalidValue(`${at}.apiVersion`, '', 'apiVersion must specify API group')),
  ),
}

/** The selector is there and selects the pods of the template, which always restart. */
function isSelected(kind: string): Check<JsonObject> {
  return ({ selector, template }, at) => {
    const { labels } = objectOf(objectOf(template)['metadata'])
    const { restartPolicy } = objectOf(objectOf(template)['spec'])
    const isEmpty = sameJson(selector, {})
    const isMatch = selector !== undefined && (isEmpty || labelSelector(selector)(stringsOf(labels)))
    const stray = '`selector` does not match template `labels`'
    return [
      ...when(selector === undefined, () => required(`${at}.selector`)),
      ...when(isEmpty, () => invalidValue(`${at}.selector`, {}, `empty selector is invalid for ${kind}`)),
      ...when(!isMatch, () => invalidValue(`${at}.template.metadata.labels`, labels, stray)),
      ...oneOf('Always')(restartPolicy, `${at}.template.spec.restartPolicy`),
    ]
  }
}

function isPatient({ minReadySeconds = 0, progressDeadlineSeconds: deadline }: JsonObject, at: string) {
  const where = `${at}.progressDeadlineSeconds`
  return [
    ...notNegative(deadline, where),
    ...when(Number(deadline) <= Number(minReadySeconds), () =>
      invalidValue(where, deadline, 'must be greater than minReadySeconds'),
    ),
  ]
}

function isStrategy({ type, rollingUpdate }: JsonObject, at: string) {
  if (type !== 'Recreate') {
    return type === 'RollingUpdate' ? [] : oneOf('Recreate', 'RollingUpdate')({ Type: type, RollingUpdate: null }, at)
  }
  const notWith = "may not be specified when strategy `type` is 'Recreate'"
  return when(rollingUpdate !== undefined, () => forbiddenField(`${at}.rollingUpdate`, notWith))
}

function isRolling({ maxSurge, maxUnavailable }: JsonObject, at: string) {
  const where = `${at}.maxUnavailable`
  const causes = [...isShare(maxUnavailable, where), ...isShare(maxSurge, `${at}.maxSurge`)]
  if (causes.length > 0) return causes
  const tooMany = typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable, 10) > 100
  const isStuck = isNothing(maxSurge) && isNothing(maxUnavailable)
  return [
    ...when(tooMany, () => invalidValue(where, maxUnavailable, 'must not be greater than 100%')),
    ...when(isStuck, () => invalidValue(where, maxUnavailable, 'may not be 0 when `maxSurge` is 0')),
  ]
}

const isNothing = (share: unknown): boolean => share === 0 || (typeof share === 'string' && /^0+%$/.test(share))

const percentRule =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

/** Pods by their number or in percent. */
const isShare: Check = (value, at) =>
  typeof value === 'string'
    ? when(!/^[0-9]+%$/.test(value), () => invalidValue(at, value, percentRule))
    : notNegative(value, at)

function isUpdateStrategy({ type, rollingUpdate }: JsonObject, at: string) {
  if (type === 'RollingUpdate') return []
  const wrong = "must be 'RollingUpdate' or 'OnDelete'"
  if (type !== 'OnDelete') return [invalidValue(at, { Type: type, RollingUpdate: null }, wrong)]
  const { partition, maxUnavailable = null } = objectOf(rollingUpdate)
  const given = { Partition: partition, MaxUnavailable: maxUnavailable }
  return when(rollingUpdate !== undefined, () =>
    invalidValue(`${at}.rollingUpdate`, given, "only allowed for updateStrategy 'RollingUpdate'"),
  )
}

function isRange({ minReplicas, maxReplicas }: JsonObject, at: string) {
  const where = `${at}.maxReplicas`
  const small = 'must be greater than or equal to `minReplicas`'
  return [
    ...when(maxReplicas === 0, () => required(where, 'must be set and greater than 0')),
    ...when(Number(maxReplicas) < Number(minReplicas), () => invalidValue(where, maxReplicas, small)),
  ]
}
