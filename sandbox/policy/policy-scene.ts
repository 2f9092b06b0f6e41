import { type CelInput, celMap } from '@bufbuild/cel'
import type { StringMap } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { AdmissionRequest } from '../server/admission.ts'
import type { Api } from '../server/api.ts'
import type { Authorize } from '../server/caller.ts'
import type { Cel, CelVariables } from './cel.ts'
import { LazyMap } from './lazy-map.ts'
import type { Policy } from './policy-objects.ts'

/** One request as the expressions of policies see it. */
export interface Scene {
  readonly request: AdmissionRequest
  readonly namespaceLabels: () => StringMap
  /** The variables for one policy; `object` is the object as it is by now. */
  readonly variables: (policy: Policy, object: KubeObject | undefined) => CelVariables
}

export interface SceneDeps {
  readonly api: Pick<Api, 'find'>
  readonly authorize: Authorize
  readonly cel: Cel
}

const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false }

export function sceneOf({ api, authorize, cel }: SceneDeps, request: AdmissionRequest): Scene {
  const asked = requestJson(request)
  const namespace = () => namespaceOf(api, request)
  const common = (object: KubeObject | undefined): CelVariables => ({
    object: cel.toCel(object),
    oldObject: cel.toCel(request.old),
    request: cel.toCel(asked),
    params: null,
    get namespaceObject() {
      return cel.toCel(namespace())
    },
    get authorizer() {
      return cel.authorizer(authorize, request.caller)
    },
  })
  return {
    request,
    namespaceLabels: () => namespace()?.metadata.labels ?? {},
    variables(policy, object) {
      const variables = common(object)
      return policy.variables.size === 0 ? variables : withVariables(policy, variables)
    },
  }
}

/** The policy's own variables, each evaluated at most once and when it is first asked for. */
function withVariables({ variables }: Policy, common: CelVariables): CelVariables {
  const found = new Map<string, CelInput>()
  const own = new LazyMap(
    () => [...variables.keys()],
    (name) => found.get(name) ?? evaluate(name),
  )
  const all: CelVariables = Object.create(common, { variables: { value: celMap(own) } })
  function evaluate(name: string): CelInput | undefined {
    const answer = variables.get(name)?.run(all)
    if (answer === undefined) return undefined
    if (answer.kind === 'error') throw new Error(`composited variable "${name}" fails to evaluate: ${answer.message}`)
    found.set(name, answer.value)
    return answer.value
  }
  return all
}

/** A Namespace is in itself. */
function namespaceOf(api: Pick<Api, 'find'>, request: AdmissionRequest): KubeObject | undefined {
  const { resource, namespace, object, old } = request
  if (resource.group === '' && resource.plural === 'namespaces') return object ?? old
  return namespace === undefined ? undefined : api.find(namespaces, { name: namespace })
}

function requestJson({ resource, subresource, name, namespace, operation, caller, dryRun }: AdmissionRequest) {
  const { group, version, kind, plural } = resource
  return {
    kind: { group, version, kind },
    resource: { group, version, resource: plural },
    ...(subresource === undefined ? {} : { subResource: subresource }),
    name,
    ...(namespace === undefined ? {} : { namespace }),
    operation,
    userInfo: caller,
    dryRun,
  }
}
