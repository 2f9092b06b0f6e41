import { type JsonObject, objectOf, objectsOf, sameJson } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { FieldCause } from '../../../kube/errors.ts'
import { without } from '../without.ts'
import { forbiddenField, invalidValue, unchanged, when } from './cause.ts'

/** What is wrong with a change, whatever the object is in itself. */
export type ValidateChange = (object: KubeObject, old: KubeObject) => readonly FieldCause[]

const specOf = (object: KubeObject): JsonObject => objectOf(object['spec'])

export const keepsSelector: ValidateChange = (object, old) =>
  unchanged('spec.selector', specOf(object)['selector'], specOf(old)['selector'])

export const keeps =
  (field: string): ValidateChange =>
  (object, old) =>
    unchanged(field, object[field], old[field])

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]
const quoted = changeable.map((field) => `'${field}'`)
const statefulSetIsFixed = `updates to statefulset spec for fields other than ${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)} are forbidden`

export const keepsStatefulSet: ValidateChange = (object, old) =>
  when(!isSameSpec(object, old, (spec) => without(spec, changeable)), () => forbiddenField('spec', statefulSetIsFixed))

const podIsFixed =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

export const keepsPod: ValidateChange = (object, old) =>
  when(!isSameSpec(object, old, lasting), () => forbiddenField('spec', podIsFixed))

/** What of a pod's spec never changes, but for the node that the scheduler binds it to, which is no update. */
const lasting = (spec: JsonObject): JsonObject => ({
  ...without(spec, ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']),
  containers: objectsOf(spec['containers']).map((container) => without(container, ['image'])),
  initContainers: objectsOf(spec['initContainers']).map((container) => without(container, ['image'])),
})

const isSameSpec = (object: KubeObject, old: KubeObject, partOf: (spec: JsonObject) => JsonObject): boolean =>
  object['spec'] === old['spec'] || sameJson(partOf(specOf(object)), partOf(specOf(old)))

/** A Service keeps its address, unless it had none. */
export const keepsAddress: ValidateChange = (object, old) => {
  const { type, clusterIP } = specOf(object)
  const before = specOf(old)['clusterIP']
  if (type === 'ExternalName' || before === undefined) return []
  return unchanged('spec.clusterIPs[0]', [clusterIP], [before], 'may not change once set')
}

/** What is marked immutable is so for ever. */
export const keepsFrozen: ValidateChange = (object, old) => {
  if (old['immutable'] !== true) return []
  const changed = ['immutable', 'data', 'binaryData'].filter((field) => !sameJson(object[field], old[field]))
  return changed.map((field) => forbiddenField(field, 'field is immutable when `immutable` is set'))
}

export const keepsSecret: ValidateChange = (object, old) => [...keeps('type')(object, old), ...keepsFrozen(object, old)]

export const keepsRole: ValidateChange = (object, old) => {
  const { apiGroup, kind, name } = objectOf(object['roleRef'])
  const said = { APIGroup: apiGroup, Kind: kind, Name: name }
  return when(!sameJson(object['roleRef'], old['roleRef']), () =>
    invalidValue('roleRef', said, 'cannot change roleRef'),
  )
}
