import type { JsonObject } from '../../api/json.ts'
import type { Resource } from '../../api/kube-object.ts'
import type { Api } from '../server/api.ts'
import type { Kind } from '../server/kind.ts'
import { reviews } from './reviews.ts'
import { type ServedSubresource, servedSubresources } from './target.ts'

/** One resource as discovery tells of it. */
interface Served {
  readonly resource: Resource
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly ServedSubresource[]
}

type GroupVersionKind = Pick<Resource, 'group' | 'version' | 'kind'>

/**
 * The answer to `/api`, `/apis`, `/apis/GROUP` and the lists of a version's resources; undefined for other paths.
 * Clients that ask for all of it in one answer (apidiscovery.k8s.io) get these, as from an older server.
 */
export function discoveryPage(api: Api, path: string): JsonObject | undefined {
  const served = servedBy(api)
  const [root, ...rest] = path.split('/').filter((part) => part !== '')
  const [group = '', version] = root === 'api' ? ['', ...rest] : rest
  if ((root !== 'api' && root !== 'apis') || rest.length > (root === 'api' ? 1 : 2)) return undefined
  if (rest.length === 0) return rootPage(served, root === 'api')
  const ours = served.filter(({ resource }) => resource.group === group)
  if (version === undefined) return ours.length === 0 ? undefined : groupOf(group, ours)
  const list = ours.filter(({ resource }) => resource.version === version)
  return list.length === 0 ? undefined : resourceList(group, version, list)
}

function servedBy(api: Api): readonly Served[] {
  return [...api.kinds().map(servedKind), ...reviews.map(({ resource }) => servedReview(resource))]
}

const kindVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

const servedKind = ({ resource, singular, shortNames, categories, subresources }: Kind): Served => ({
  resource,
  singular,
  shortNames,
  categories,
  verbs: kindVerbs.filter((verb) => verb !== 'deletecollection' || !isNamespace(resource)),
  subresources: servedSubresources.filter((subresource) => subresources.includes(subresource)),
})

const isNamespace = ({ group, plural }: Resource): boolean => group === '' && plural === 'namespaces'

const servedReview = (resource: Resource): Served => ({
  resource,
  singular: resource.kind.toLowerCase(),
  shortNames: [],
  categories: [],
  verbs: ['create'],
  subresources: [],
})

function rootPage(served: readonly Served[], isCore: boolean): JsonObject {
  const ours = served.filter(({ resource }) => (resource.group === '') === isCore)
  const groups = [...new Set(ours.map(({ resource }) => resource.group))]
  const inGroup = (group: string) => ours.filter(({ resource }) => resource.group === group)
  if (isCore) return { kind: 'APIVersions', versions: versionsOf(ours), serverAddressByClientCIDRs: [] }
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(group, inGroup(group))) }
}

function groupOf(group: string, served: readonly Served[]) {
  const versions = versionsOf(served).map((version) => ({ groupVersion: groupVersion(group, version), version }))
  return { kind: 'APIGroup', apiVersion: 'v1', name: group, versions, preferredVersion: versions[0] }
}

function resourceList(group: string, version: string, served: readonly Served[]) {
  const resources = served.flatMap((one) => [
    listEntry(one),
    ...one.subresources.map((sub) => subresourceEntry(one, sub)),
  ])
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion(group, version), resources }
}

function listEntry({ resource, singular, shortNames, categories, verbs }: Served) {
  const { plural, namespaced, kind } = resource
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  }
}

function subresourceEntry({ resource }: Served, subresource: ServedSubresource) {
  const { namespaced, plural } = resource
  const verbs = subresourceVerbs[subresource]
  return {
    name: `${plural}/${subresource}`,
    singularName: '',
    namespaced,
    ...responseKind(resource, subresource),
    verbs,
  }
}

const subresourceVerbs: Readonly<Record<ServedSubresource, readonly string[]>> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  token: ['create'],
}

function responseKind(resource: Resource, subresource: ServedSubresource): GroupVersionKind {
  switch (subresource) {
    case 'status':
      return gvk(resource)
    case 'scale':
      return { group: 'autoscaling', version: 'v1', kind: 'Scale' }
    case 'token':
      return { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' }
    default:
      return subresource satisfies never
  }
}

const gvk = ({ group, version, kind }: Resource): GroupVersionKind => ({ group, version, kind })

const groupVersion = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`)

/** The preferred one first: v2 before v1, that before v1beta1, that before v1alpha1. */
function versionsOf(served: readonly Served[]): readonly string[] {
  const versions = new Set(served.map(({ resource }) => resource.version))
  return [...versions].sort((a, b) => rankOf(b) - rankOf(a))
}

function rankOf(version: string): number {
  const [, major, stage, minor = 0] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? []
  const stages = { alpha: 0, beta: 1 }
  const maturity = stage === 'alpha' || stage === 'beta' ? stages[stage] : 2
  return major === undefined ? -1 : maturity * 1e6 + Number(major) * 1e3 + Number(minor)
}
