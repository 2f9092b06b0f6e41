import { canaryName } from '../api/canary-name.ts'
import { objectOf, textOf } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { ownerUidLabel } from '../api/names.ts'
import {
  classAnnotation,
  classOf,
  type Ingress,
  ingressClassesOf,
  ingressesOf,
  parseIngress,
  servicesOf,
} from './ingress.ts'
import { isCanary, nginxPrefix, passesTlsThrough } from './nginx-annotations.ts'
import { canaryServiceOf, canCarry, find } from './nginx-canary.ts'
import type { LiveObjects, Route, RouteProblem } from './provider.ts'

type Problems = readonly RouteProblem[]

/** Everything that keeps an Ingress from carrying a canary, in a fixed order and in fixed words. */
export function checkIngress(route: Route, live: LiveObjects): Problems {
  const { user, stranger } = find(route, live)
  const where = `Ingress ${route.namespace}/${route.target.name}`
  if (user === undefined) {
    return [
      problem(
        'IngressNotFound',
        `${where} does not exist`,
        'create it, or correct the name in spec.traffic of the Rollout',
      ),
    ]
  }
  return [
    ...checkAnnotations(where, user),
    ...checkRules(where, user),
    ...checkServices(where, route, user),
    ...checkClass(where, user, ingressClassesOf(live)),
    ...checkOtherCanaries(where, route, user, live),
    ...(stranger === undefined ? [] : [nameTaken(where, route)]),
  ]
}

const problem = (reason: string, message: string, next: string): RouteProblem => ({ reason, message, next })

function checkAnnotations(where: string, user: Ingress): Problems {
  const problems: RouteProblem[] = []
  if (isCanary(user.annotations)) {
    problems.push(
      problem(
        'IngressIsCanary',
        `${where} is itself a canary: annotation ${nginxPrefix}canary is true`,
        'name the main Ingress in spec.traffic of the Rollout',
      ),
    )
  }
  if (passesTlsThrough(user.annotations)) {
    problems.push(
      problem(
        'TlsPassthrough',
        `${where} passes TLS through: annotation ${nginxPrefix}ssl-passthrough is true, and canary weights do not apply to it`,
        'terminate TLS at the gateway, or take the Ingress out of spec.traffic of the Rollout',
      ),
    )
  }
  return problems
}

function checkRules(where: string, user: Ingress): Problems {
  if (user.rules.length === 0) {
    return [
      problem(
        'DefaultBackendOnly',
        `${where} has no spec.rules, only spec.defaultBackend`,
        'write the default backend as a rule with the path /',
      ),
    ]
  }
  return user.rules.flatMap(({ paths }, index) => {
    const field = `spec.rules[${index}]`
    if (paths === undefined) {
      return [
        problem(
          'RuleWithoutHttp',
          `${where}: ${field} has no http`,
          `give ${field} its http.paths, or remove the rule`,
        ),
      ]
    }
    return paths.flatMap(({ backend }, at) =>
      backend.kind === 'resource' ? [resourceBackend(where, `${field}.http.paths[${at}].backend`)] : [],
    )
  })
}

const resourceBackend = (where: string, field: string): RouteProblem =>
  problem(
    'ResourceBackend',
    `${where}: ${field}.resource is set, which ingress-nginx does not serve`,
    `use ${field}.service, or move the path to an Ingress of its own`,
  )

function checkServices(where: string, route: Route, user: Ingress): Problems {
  if (user.rules.length === 0 || canCarry(route, user)) return []
  const services = servicesOf(user)
  const sendsTo = services.length === 0 ? 'it names no Service' : `it sends to ${services.join(', ')}`
  return [
    problem(
      'ServiceNotReferenced',
      `${where}: no path in spec.rules sends traffic to a Service that selects the workload's pods; ${sendsTo}`,
      'send a path to a Service of the workload, or name another Ingress in spec.traffic of the Rollout',
    ),
  ]
}

function checkClass(where: string, user: Ingress, classes: readonly KubeObject[]): Problems {
  const name = classOf(user)
  if (name === undefined) return checkNoClass(where, classes)
  const field = user.annotations[classAnnotation] ? `annotation ${classAnnotation}` : 'spec.ingressClassName'
  const found = classes.find(({ metadata }) => metadata.name === name)
  if (found === undefined) {
    return name === 'nginx' ? [] : [notServed(`${where}: ${field} is ${name}, and there is no such IngressClass`)]
  }
  if (isServed(found)) return []
  return [notServed(`${where}: ${field} is ${name}, whose controller is ${controllerOf(found) ?? 'not set'}`)]
}

/** Some gateways take Ingresses without a class; so it is refused only where another controller is the one to take it. */
function checkNoClass(where: string, classes: readonly KubeObject[]): Problems {
  const defaults = classes.filter(
    ({ metadata }) => metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
  )
  const candidates = defaults.length > 0 ? defaults : classes
  if (candidates.length === 0 || candidates.some(isServed)) return []
  return [notServed(`${where}: spec.ingressClassName is not set, and ${namesOf(candidates)} is not of ingress-nginx`)]
}

const namesOf = (classes: readonly KubeObject[]): string =>
  `IngressClass ${classes
    .map(({ metadata }) => metadata.name)
    .sort()
    .join(', ')}`

const notServed = (message: string): RouteProblem =>
  problem(
    'ClassNotServed',
    message,
    'use the class of ingress-nginx, or of a gateway that takes its canary annotations (controller k8s.io/ingress-nginx)',
  )

const controllerOf = (ingressClass: KubeObject): string | undefined => textOf(objectOf(ingressClass.spec).controller)

/** A second ingress-nginx in a cluster is told apart by its controller's name, such as `k8s.io/internal-ingress-nginx`. */
const isServed = (ingressClass: KubeObject): boolean => controllerOf(ingressClass)?.includes('ingress-nginx') ?? false

/** A rule takes one canary; of two, ingress-nginx heeds the first and says nothing. */
function checkOtherCanaries(where: string, route: Route, user: Ingress, live: LiveObjects): Problems {
  const ownKeys = new Set(carriedKeys(route, user))
  return ingressesOf(live, route.namespace)
    .filter(({ metadata }) => metadata.labels?.[ownerUidLabel] !== route.owner.uid)
    .map(parseIngress)
    .filter(({ name, annotations }) => isCanary(annotations) && name !== user.name && name !== canaryName(user.name))
    .filter((other) => sharesClass(user, other))
    .flatMap((other) => {
      const shared = keysOf(other).find((key) => ownKeys.has(key))
      return shared === undefined ? [] : [hasCanary(where, `${route.namespace}/${other.name}`, shared)]
    })
    .sort((a, b) => (a.message < b.message ? -1 : 1))
}

const hasCanary = (where: string, other: string, rule: string): RouteProblem =>
  problem(
    'IngressHasCanary',
    `${where}: Ingress ${other} is already a canary for ${rule}, and a rule takes only one`,
    `remove Ingress ${other}, or its path`,
  )

const sharesClass = (a: Ingress, b: Ingress): boolean =>
  classOf(a) === undefined || classOf(b) === undefined || classOf(a) === classOf(b)

/** Host and path of each rule that would be cloned. */
const carriedKeys = (route: Route, ingress: Ingress): readonly string[] =>
  ingress.rules.flatMap(({ host, paths = [] }) =>
    paths.filter(({ backend }) => canaryServiceOf(route, backend) !== undefined).map(({ path }) => keyOf(host, path)),
  )

const keysOf = (ingress: Ingress): readonly string[] =>
  ingress.rules.flatMap(({ host, paths = [] }) => paths.map(({ path }) => keyOf(host, path)))

const keyOf = (host: string, path: string): string => `${host === '' ? '*' : host}${path}`

function nameTaken(where: string, route: Route): RouteProblem {
  const taken = `Ingress ${route.namespace}/${canaryName(route.target.name)}`
  return problem(
    'NameTaken',
    `${where}: ${taken} exists and does not belong to Rollout ${route.namespace}/${route.owner.rollout}`,
    `remove or rename ${taken}`,
  )
}
