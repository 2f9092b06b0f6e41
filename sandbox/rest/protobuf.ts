import { type JsonObject, objectOf, textOf } from '../../api/json.ts'
import { badRequest } from '../server/refusal.ts'
import {
  bytes,
  count,
  type Fields,
  flag,
  list,
  map,
  message,
  one,
  readMessage,
  text,
  time,
  unreadable,
} from './protobuf-fields.ts'

/**
 * What helm and kubectl write as protobuf, as JSON: their typed clients do so, unasked, for the few kinds below (helm for its
 * Secrets, kubectl for `create configmap` and `auth can-i`). Others are refused, 415. Numbers: generated.proto of each group.
 */
export function fromProtobuf(body: Uint8Array): JsonObject {
  if (Buffer.from(body.subarray(0, 4)).toString() !== 'k8s\0') throw badRequest('the body is not Kubernetes protobuf')
  const { type, raw } = readMessage(envelope, body.subarray(4))
  const { apiVersion, kind } = objectOf(type)
  const fields = typeof kind === 'string' ? kinds.get(kind) : undefined
  if (fields === undefined) throw unreadable(String(kind))
  return { apiVersion, kind, ...readMessage(fields, Buffer.from(textOf(raw) ?? '', 'base64')) }
}

const envelope: Fields = {
  1: one('type', message({ 1: one('apiVersion'), 2: one('kind') })),
  2: one('raw', bytes),
  3: one('contentEncoding'),
  4: one('contentType'),
}

const owner: Fields = {
  1: one('kind'),
  3: one('name'),
  4: one('uid'),
  5: one('apiVersion'),
  6: one('controller', flag),
  7: one('blockOwnerDeletion', flag),
}

const managedFields: Fields = {
  1: one('manager'),
  2: one('operation'),
  3: one('apiVersion'),
  4: one('time', time),
  6: one('fieldsType'),
  7: one('fieldsV1', fieldsV1),
  8: one('subresource'),
}

/** JSON, wrapped. */
function fieldsV1(reader: Parameters<typeof bytes>[0]): unknown {
  const { raw } = readMessage({ 1: one('raw', text) }, reader.bytes())
  return typeof raw === 'string' ? JSON.parse(raw) : undefined
}

const metadata = one(
  'metadata',
  message({
    1: one('name'),
    2: one('generateName'),
    3: one('namespace'),
    4: one('selfLink'),
    5: one('uid'),
    6: one('resourceVersion'),
    7: one('generation', count),
    8: one('creationTimestamp', time),
    9: one('deletionTimestamp', time),
    10: one('deletionGracePeriodSeconds', count),
    11: map('labels'),
    12: map('annotations'),
    13: list('ownerReferences', message(owner)),
    14: list('finalizers'),
    17: list('managedFields', message(managedFields)),
  }),
)

const reference: Fields = {
  1: one('kind'),
  2: one('namespace'),
  3: one('name'),
  4: one('uid'),
  5: one('apiVersion'),
  6: one('resourceVersion'),
  7: one('fieldPath'),
}

const bound: Fields = { 1: one('kind'), 2: one('apiVersion'), 3: one('name'), 4: one('uid') }

const resourceAttributes: Fields = {
  1: one('namespace'),
  2: one('verb'),
  3: one('group'),
  4: one('version'),
  5: one('resource'),
  6: one('subresource'),
  7: one('name'),
}

const accessStatus: Fields = {
  1: one('allowed', flag),
  2: one('reason'),
  3: one('evaluationError'),
  4: one('denied', flag),
}

const kinds: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  ['Secret', { 1: metadata, 2: map('data', bytes), 3: one('type'), 4: map('stringData'), 5: one('immutable', flag) }],
  ['ConfigMap', { 1: metadata, 2: map('data'), 3: map('binaryData', bytes), 4: one('immutable', flag) }],
  [
    'Namespace',
    { 1: metadata, 2: one('spec', message({ 1: list('finalizers') })), 3: one('status', message({ 1: one('phase') })) },
  ],
  [
    'ServiceAccount',
    {
      1: metadata,
      2: list('secrets', message(reference)),
      3: list('imagePullSecrets', message({ 1: one('name') })),
      4: one('automountServiceAccountToken', flag),
    },
  ],
  [
    'DeleteOptions',
    {
      1: one('gracePeriodSeconds', count),
      2: one('preconditions', message({ 1: one('uid'), 2: one('resourceVersion') })),
      3: one('orphanDependents', flag),
      4: one('propagationPolicy'),
      5: list('dryRun'),
    },
  ],
  [
    'SelfSubjectReview',
    {
      1: metadata,
      2: one(
        'status',
        message({ 1: one('userInfo', message({ 1: one('username'), 2: one('uid'), 3: list('groups') })) }),
      ),
    },
  ],
  [
    'SelfSubjectAccessReview',
    {
      1: metadata,
      2: one(
        'spec',
        message({
          1: one('resourceAttributes', message(resourceAttributes)),
          2: one('nonResourceAttributes', message({ 1: one('path'), 2: one('verb') })),
        }),
      ),
      3: one('status', message(accessStatus)),
    },
  ],
  [
    'TokenRequest',
    {
      1: metadata,
      2: one(
        'spec',
        message({ 1: list('audiences'), 3: one('boundObjectRef', message(bound)), 4: one('expirationSeconds', count) }),
      ),
      3: one('status', message({ 1: one('token'), 2: one('expirationTimestamp', time) })),
    },
  ],
])
