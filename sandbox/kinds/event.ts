import { objectOf, type StringMap, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { FieldCause } from '../../kube/errors.ts'
import type { Column } from '../server/kind.ts'
import { invalidValue, required, when } from './validate/cause.ts'
import { isQualified } from './validate/names.ts'

/** What events.k8s.io calls the fields of the core group's events. */
const names: StringMap = {
  involvedObject: 'regarding',
  message: 'note',
  reportingComponent: 'reportingController',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
}
const coreNames = Object.fromEntries(Object.entries(names).map(([core, stored]) => [stored, core]))

/** The core group writes an empty text where events.k8s.io writes nothing. */
const unreported = { reportingComponent: '', reportingInstance: '' }

/** A core event as the events.k8s.io event that is stored for both. */
export const toStoredEvent = (event: KubeObject): KubeObject => renamed(event, 'events.k8s.io/v1', names, {})

/** The core group's view of a stored event. */
export const fromStoredEvent = (event: KubeObject): KubeObject => renamed(event, 'v1', coreNames, unreported)

function renamed(event: KubeObject, apiVersion: string, to: StringMap, empty: StringMap): KubeObject {
  const { kind, metadata, ...rest } = event
  const fields = Object.entries(rest).map(([key, value]) => [to[key] ?? key, value])
  return { ...empty, ...Object.fromEntries(fields.filter(([, value]) => value !== '')), apiVersion, kind, metadata }
}

const mostCharacters = { reportingInstance: 128, action: 128, reason: 128, message: 1024 }
const outdated = ['firstTimestamp', 'lastTimestamp', 'count']

/** Events of events.k8s.io, when they are created: nothing of the old kind, and all that the new kind needs. */
export function validateEvent(event: KubeObject, before?: KubeObject): readonly FieldCause[] {
  const core = fromStoredEvent(event)
  const causes = validateAny(core, 'reportingController')
  if (before !== undefined) return causes
  const { eventTime, type } = core
  const isType = type === 'Normal' || type === 'Warning'
  const hasSource = Object.keys(objectOf(core['source'])).length > 0
  const given = outdated.filter((key) => core[key] !== undefined && core[key] !== null)
  return [
    ...causes,
    ...when(eventTime === null, () => required('eventTime')),
    ...when(!isType, () => invalidValue('type', '', `has invalid value: ${textOf(type) ?? ''}`)),
    ...[...given, ...(hasSource ? ['source'] : [])].map((field) => invalidValue(field, '', 'needs to be unset')),
  ]
}

export const validateCoreEvent = (event: KubeObject): readonly FieldCause[] => validateAny(event, 'reportingComponent')

function validateAny(event: KubeObject, controllerField: string): readonly FieldCause[] {
  if (event['eventTime'] === null) return validateNamespace(event, ['', 'default'], true)
  const missing = ['reportingInstance', 'action', 'reason'].filter((key) => textOf(event[key]) === undefined)
  const controller = textOf(event['reportingComponent'])
  return [
    ...validateNamespace(event, ['default', 'kube-system'], false),
    ...(controller === undefined ? [required(controllerField)] : isQualified(controller, controllerField)),
    ...missing.map((key) => required(key)),
    ...Object.entries(mostCharacters).flatMap(([key, most]) =>
      when((textOf(event[key]) ?? '').length > most, () =>
        invalidValue(key, '', `can have at most ${most} characters`),
      ),
    ),
  ]
}

/** An event lies where its object does; those of the old kind must, those of the new may lie elsewhere. */
function validateNamespace(event: KubeObject, without: readonly string[], mustMatch: boolean): readonly FieldCause[] {
  const namespace = textOf(objectOf(event['involvedObject'])['namespace'])
  const own = event.metadata.namespace ?? ''
  const isRight = namespace === undefined ? without.includes(own) : !mustMatch || namespace === own
  return when(!isRight, () =>
    invalidValue('involvedObject.namespace', namespace ?? '', 'does not match event.namespace'),
  )
}

/** What events are selected by, in the words of their group. */
export const eventFields = (object: string, reporter: string): readonly string[] => [
  ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    (key) => `${object}.${key}`,
  ),
  'reason',
  'type',
  reporter,
]

/** A column of core events for those that are stored. */
export const ofStoredEvent = (column: Column): Column => ({
  ...column,
  cell: (event, nowMs) => column.cell(fromStoredEvent(event), nowMs),
})
