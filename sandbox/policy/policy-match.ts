import { type JsonObject, objectOf, objectsOf, type StringMap } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { labelSelector, type Matches } from '../controllers/selector.ts'
import type { AdmissionRequest } from '../server/admission.ts'

/** Whether a policy or a binding is about a request. The labels of its Namespace are read only where they are asked for. */
export type RequestMatch = (request: AdmissionRequest, namespaceLabels: () => StringMap) => boolean

/** `matchConstraints` of a policy, or `matchResources` of a binding: what it leaves out limits nothing. */
export function requestMatch(value: unknown): RequestMatch {
  const { namespaceSelector, objectSelector, resourceRules, excludeResourceRules } = objectOf(value)
  const [inNamespace, ofObject] = [selectorOf(namespaceSelector), selectorOf(objectSelector)]
  const included = objectsOf(resourceRules).map(ruleMatch)
  const excluded = objectsOf(excludeResourceRules).map(ruleMatch)
  return (request, namespaceLabels) =>
    (included.length === 0 || included.some((matches) => matches(request))) &&
    !excluded.some((matches) => matches(request)) &&
    (ofObject === undefined || [request.object, request.old].some((object) => object && ofObject(labelsOf(object)))) &&
    (inNamespace === undefined || !isInNamespace(request) || inNamespace(namespaceLabels()))
}

/** An empty selector is none: it matches everything. */
function selectorOf(value: unknown): Matches | undefined {
  const { matchLabels, matchExpressions } = objectOf(value)
  const isEmpty = Object.keys(objectOf(matchLabels)).length === 0 && objectsOf(matchExpressions).length === 0
  return isEmpty ? undefined : labelSelector(value)
}

const labelsOf = ({ metadata }: KubeObject): StringMap => metadata.labels ?? {}

/** What is cluster-scoped is never left out for a Namespace, unless it is one. */
const isInNamespace = ({ resource }: AdmissionRequest): boolean => resource.namespaced || isNamespace(resource)

const isNamespace = ({ group, plural }: AdmissionRequest['resource']): boolean =>
  group === '' && plural === 'namespaces'

function ruleMatch(rule: JsonObject): (request: AdmissionRequest) => boolean {
  const [operations, groups, versions, resources, names] = [
    listed(rule['operations']),
    listed(rule['apiGroups']),
    listed(rule['apiVersions']),
    listed(rule['resources']).map(resourceMatch),
    listed(rule['resourceNames']),
  ]
  return (request) =>
    hasOrAll(operations, request.operation) &&
    hasOrAll(groups, request.resource.group) &&
    hasOrAll(versions, request.resource.version) &&
    resources.some((matches) => matches(request)) &&
    (names.length === 0 || names.includes(request.name)) &&
    isInScope(rule['scope'], request)
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const hasOrAll = (values: readonly unknown[], value: string): boolean => values.includes(value) || values.includes('*')

/** Before and after the slash a star is all; a star alone leaves subresources out. */
function resourceMatch(text: unknown): (request: AdmissionRequest) => boolean {
  const [plural, subresource = ''] = String(text).split('/', 2)
  return (request) =>
    (plural === '*' || plural === request.resource.plural) &&
    (subresource === '*' || subresource === (request.subresource ?? ''))
}

function isInScope(scope: unknown, { resource }: AdmissionRequest): boolean {
  if (scope === 'Namespaced') return resource.namespaced
  return scope !== 'Cluster' || !resource.namespaced
}
