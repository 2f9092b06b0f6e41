import { parse } from 'yaml'
import { isRecord } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { apiVersionOf, isKubeObject } from '../../kube/json.ts'
import type { JsonPatchOp } from '../../kube/types.ts'
import type { AnyPatch } from '../server/api.ts'
import { badRequest, invalid, Refusal } from '../server/refusal.ts'
import type { RestRequest } from './exchange.ts'
import { mediaTypes } from './media-type.ts'
import { fromProtobuf } from './protobuf.ts'
import type { Target } from './target.ts'

/** JSON, YAML or protobuf of any kind; 415 for other content, 400 for what is neither. */
export function parseBody({ headers, body }: Pick<RestRequest, 'headers' | 'body'>): unknown {
  const type = contentType(headers)
  if (type === protobuf) return fromProtobuf(body)
  if (type === 'application/yaml') return parsed(body, parse)
  if (type === '' || type === 'application/json') return parsed(body, JSON.parse)
  throw unsupported('the body of the request was in an unknown format', [
    'application/json',
    'application/yaml',
    protobuf,
  ])
}

const protobuf = 'application/vnd.kubernetes.protobuf'

/** The object that is sent, in the namespace and under the name of the path. */
export function objectIn(request: RestRequest, target: Target): KubeObject {
  const body = parseBody(request)
  if (!isRecord(body)) throw badRequest('the body of the request is not an object')
  const { resource } = target.kind
  const object = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: {}, ...body }
  if (!isKubeObject(object)) throw badRequest('the body of the request is not a Kubernetes object')
  return inPlace(object, target)
}

/** A patch of the kind that Content-Type says; `query` has what server-side apply needs besides. */
export function patchIn({ headers, body }: RestRequest, query: URLSearchParams): AnyPatch {
  switch (contentType(headers)) {
    case 'application/merge-patch+json':
      return { type: 'merge', body: parsed(body, JSON.parse) }
    case 'application/strategic-merge-patch+json':
      return { type: 'strategic', body: parsed(body, JSON.parse) }
    case 'application/json-patch+json':
      return { type: 'json', body: operations(parsed(body, JSON.parse)) }
    case 'application/apply-patch+yaml':
    case 'application/apply-patch+json':
      return { type: 'apply', body: parsed(body, parse), force: query.get('force') === 'true', ...applierOf(query) }
    default:
      throw unsupported('the body of the request was in an unknown format', patchTypes)
  }
}

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

function contentType(headers: RestRequest['headers']): string {
  const header = headers['content-type']
  return mediaTypes(typeof header === 'string' ? header : '')[0]?.type ?? ''
}

function parsed(body: Buffer, parser: (text: string) => unknown): unknown {
  try {
    return parser(body.toString())
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw badRequest(`the object provided is unrecognized (must be of type Status): ${why}`)
  }
}

const unsupported = (what: string, accepted: readonly string[]): Refusal =>
  new Refusal(415, 'UnsupportedMediaType', `${what} - accepted media types include: ${accepted.join(', ')}`)

function operations(body: unknown): readonly JsonPatchOp[] {
  if (Array.isArray(body) && body.every(isOperation)) return body
  throw badRequest('error decoding patch: it is not a list of operations')
}

const isOperation = (value: unknown): value is JsonPatchOp =>
  isRecord(value) && typeof value['op'] === 'string' && typeof value['path'] === 'string'

function applierOf(query: URLSearchParams): { readonly fieldManager: string } {
  const fieldManager = query.get('fieldManager')
  if (fieldManager) return { fieldManager }
  const cause = { field: 'fieldManager', message: 'Required value: is required for apply patch' }
  throw invalid('PatchOptions.meta.k8s.io', '', [cause])
}

function inPlace(object: KubeObject, { namespace, name }: Target): KubeObject {
  const { metadata } = object
  if (namespace !== undefined && metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (name !== undefined && metadata.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  return {
    ...object,
    metadata: { ...metadata, ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }) },
  }
}
