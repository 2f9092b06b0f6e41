import type { RouteTarget } from '../api/rollout.ts'
import type { Problem, Snapshot } from '../rollout-controller/snapshot.ts'
import type { Finding } from './view/problems.ts'

/** What the controller would hold against this Rollout, and what a person should know before the first release. */
export function findingsOf(snapshot: Snapshot, existsAlready: boolean): readonly Finding[] {
  const { workload, hold, rollout, problems } = snapshot
  const missing = rollout.spec !== undefined && workload === undefined ? [missingWorkload(snapshot)] : []
  return [
    ...problems.map(problemFinding),
    ...missing,
    ...(hold.served ? [] : [holdNotServed]),
    ...(workload?.canReachZero === undefined ? [] : [canReachZero(workload.canReachZero)]),
    ...(workload !== undefined && workload.replicas < 2 ? [fewPods(workload.replicas)] : []),
    ...(rollout.spec?.traffic ?? [])
      .filter(({ drainMs }) => drainMs !== undefined && drainMs < slowestGatewayMs)
      .map(shortDrain),
    ...(existsAlready ? holdFindings(snapshot) : []),
  ]
}

/** ingress-nginx and Traefik follow a route within about 4 s, later under load. */
const slowestGatewayMs = 5_000

const shortDrain = ({ kind, name }: RouteTarget): Finding => ({
  severity: 'warning',
  message: `spec.traffic: ${kind} ${name} drains for less than a gateway may need to follow a route`,
  next: 'leave the drain at its default of 10 s, or requests may be lost when the old side is removed',
})

const problemFinding = ({ message, next }: Problem): Finding => ({ severity: 'error', message, next })

function missingWorkload({ rollout }: Snapshot): Finding {
  const name = rollout.spec?.workloadRef.name ?? '?'
  return {
    severity: 'warning',
    message: `spec.workloadRef: there is no Deployment ${rollout.meta.namespace}/${name}`,
    next: 'deploy it, or correct the name; until then the Rollout waits',
  }
}

const holdNotServed: Finding = {
  severity: 'error',
  message: 'this API server does not serve MutatingAdmissionPolicy v1, so no update can be held',
  next: 'use Kubernetes 1.36 or newer',
}

const canReachZero = (why: string): Finding => ({
  severity: 'error',
  message: `${why}: promotion would leave the Service without a ready pod, so it stops before`,
  next: 'set spec.strategy to RollingUpdate with maxSurge of at least 1 and maxUnavailable below all',
})

const fewPods = (replicas: number): Finding => ({
  severity: 'warning',
  message: `spec.replicas is ${replicas}: a share of the traffic finds no matching share of the pods`,
  next: 'weights are still exact; two or more replicas make them meaningful',
})

function holdFindings({ rollout }: Snapshot): readonly Finding[] {
  const hold = rollout.status?.hold
  if (hold === undefined) {
    return [
      {
        severity: 'warning',
        message: 'the controller has not asked yet whether updates would be held',
        next: 'start it: sluice controller',
      },
    ]
  }
  if (hold.inForce) return []
  return [
    {
      severity: 'error',
      message: `updates would not be held: ${hold.message}`,
      next: 'sluice install puts the policies back',
    },
  ]
}
