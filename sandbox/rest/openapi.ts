import type { JsonObject } from '../../api/json.ts'
import { apiVersionOf } from '../../kube/json.ts'
import { collectionPath } from '../../kube/paths.ts'
import type { Api } from '../server/api.ts'
import type { Kind } from '../server/kind.ts'

/**
 * OpenAPI v3, as far as clients need it: which kinds take `fieldValidation`, so that kubectl and helm leave validation to us,
 * and the schemas of custom kinds, for `kubectl explain`. Undefined for other paths.
 */
export function openApiPage(api: Api, path: string, version: string): JsonObject | string | undefined {
  if (path === '/openapi/v2') return emptyV2
  if (path === '/openapi/v3') return { paths: Object.fromEntries(api.kinds().map(rootEntry)) }
  const kinds = api.kinds().filter((kind) => path === `/openapi/v3/${rootOf(kind)}`)
  if (kinds.length === 0) return undefined
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(kinds.flatMap(pathsOf)),
    components: { schemas: Object.fromEntries(kinds.map((kind) => [schemaName(kind), schemaOf(kind)])) },
  }
}

/**
 * The older format, of which only protobuf is asked for: a document without a word. kubectl looks there for what the items of
 * a List are, and leaves their validation to us where it finds nothing.
 */
const emptyV2 = ''

const rootEntry = (kind: Kind) => [rootOf(kind), { serverRelativeURL: `/openapi/v3/${rootOf(kind)}` }] as const

const rootOf = ({ resource }: Kind): string => `${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`

function pathsOf({ resource }: Kind): readonly (readonly [string, JsonObject])[] {
  const { group, version, kind, namespaced, plural } = resource
  const read = { 'x-kubernetes-group-version-kind': { group, version, kind }, responses: {} }
  const write = { ...read, parameters }
  const root = collectionPath({ ...resource, namespaced: false })
  const path = namespaced ? root.replace(/[^/]+$/, `namespaces/{namespace}/${plural}`) : root
  return [
    [path, { get: read, post: write }],
    [`${path}/{name}`, { get: read, put: write, patch: write, delete: read }],
  ]
}

const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string' },
}))

/** `dev.sluice.v1alpha1.Rollout`, as the schemas of custom kinds are named. */
const schemaName = ({ resource: { group, version, kind } }: Kind): string =>
  [...group.split('.').reverse(), version, kind].join('.')

function schemaOf({ resource: { group, version, kind }, schema = undescribed }: Kind): JsonObject {
  return { ...schema, 'x-kubernetes-group-version-kind': [{ group, version, kind }] }
}

const undescribed: JsonObject = {
  type: 'object',
  description: 'The embedded cluster does not describe the fields of built-in kinds.',
}
