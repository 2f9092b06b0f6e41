import type { CanaryWeight, IngressPath, IngressRules, ServicePort } from './ingress-rules.ts'

/** The canary that stands beside a Service's port. */
export interface CanaryChoice extends CanaryWeight {
  readonly backend: ServicePort
}

export const nameOf = ({ service, port }: ServicePort): string => `${service}:${port}`

/**
 * Which Service port has which canary, by the name of the main one. `all` is every Ingress, the oldest first; `owned`
 * the paths of those that are no canaries. A canary needs a path of the same host, text and type; the first one wins,
 * since the balancer heeds one only; and what a main path leads to already is no canary of anything.
 */
export function canariesOf(
  all: readonly IngressRules[],
  owned: readonly IngressPath[],
): ReadonlyMap<string, CanaryChoice> {
  const weights = weightsOf(all)
  const canaries = new Map<string, CanaryChoice>()
  for (const { paths, canary } of all) {
    for (const path of canary === undefined ? [] : paths) {
      const weight = weights.get(nameOf(path.backend))
      const primary = owned.find((main) => samePlace(main, path))
      if (primary === undefined || weight === undefined) continue
      const name = nameOf(primary.backend)
      if (name !== nameOf(path.backend) && !canaries.has(name)) canaries.set(name, { ...weight, backend: path.backend })
    }
  }
  return canaries
}

/** A Service's port is a canary, of this weight, if the oldest Ingress that names it is one. */
function weightsOf(all: readonly IngressRules[]): ReadonlyMap<string, CanaryWeight | undefined> {
  const weights = new Map<string, CanaryWeight | undefined>()
  for (const { paths, canary } of all) {
    for (const { backend } of paths) if (!weights.has(nameOf(backend))) weights.set(nameOf(backend), canary)
  }
  return weights
}

/** The same location of the same server. */
export const samePlace = (one: IngressPath, other: IngressPath): boolean =>
  one.host === other.host && one.path === other.path && one.pathType === other.pathType
