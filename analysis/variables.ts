import type { Argument } from '../api/analysis.ts'
import { canaryName } from '../api/canary-name.ts'
import { longestToldApart, podNamesOf } from './pod-names.ts'

/** What is known of a Rollout; what is empty is not known. */
export interface RolloutFacts {
  readonly rollout: string
  readonly namespace: string
  /** Name of the stable Deployment. */
  readonly workload: string
  /** Names of the routing objects. */
  readonly routes: readonly string[]
  readonly stableServices: readonly string[]
  readonly canaryServices: readonly string[]
  readonly stableRevision: string
  readonly canaryRevision: string
}

export interface VariableFacts extends RolloutFacts {
  /** Of the metric, such as `10s`. */
  readonly interval: string
  readonly args: readonly Argument[]
}

export type Variables = Readonly<Record<string, string>>

/**
 * What stands for `{{ name }}` in a metric. A name whose value is not known is not in it, so that it is an error rather
 * than nothing; an argument may be empty. Several routes or Services are alternatives: `a|b`.
 */
export function variablesOf(facts: VariableFacts): Variables {
  const { rollout, namespace, workload, interval, routes, args } = facts
  const own = { rollout, namespace, workload, interval, route: routes.join('|') }
  const known = Object.entries({ ...own, ...sidesOf(facts) }).filter(([, value]) => value !== '')
  return Object.fromEntries([...known, ...args.map(({ name, value }) => [`args.${name}`, value] as const)])
}

function sidesOf({
  workload,
  stableServices,
  canaryServices,
  stableRevision,
  canaryRevision,
}: VariableFacts): Variables {
  const copy = workload === '' ? '' : canaryName(workload)
  return {
    'stable.pods': podsOf(workload, workload),
    'canary.pods': podsOf(workload, copy),
    'stable.service': stableServices.join('|'),
    'canary.service': canaryServices.join('|'),
    'stable.workload': workload,
    'canary.workload': copy,
    'stable.revision': stableRevision,
    'canary.revision': canaryRevision,
  }
}

const podsOf = (workload: string, deployment: string): string =>
  workload === '' || workload.length > longestToldApart ? '' : podNamesOf(deployment)
