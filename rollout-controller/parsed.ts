import type { Decision } from '../api/decision.ts'
import { objectOf, textOf } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { parseRollout } from '../api/parse.ts'
import { parseDecision } from '../api/parse-decision.ts'
import { parseStatus } from '../api/parse-status.ts'
import type { RolloutSpec } from '../api/rollout.ts'
import type { Problem, RolloutView } from './snapshot.ts'

/** A Decision in its namespace; without `decision` when it does not parse. */
export interface DecisionFacts {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly rollout: string
  readonly decision?: Decision
}

export interface ReadRollout {
  readonly view: RolloutView
  /** What is wrong with the spec, field by field. */
  readonly problems: readonly Problem[]
}

/** A Rollout as the server returned it; a spec that does not parse is a problem, not an error. */
export function readRollout(object: KubeObject): ReadRollout {
  const { spec, problems } = readSpec(object)
  const status = parseStatus(object['status'])
  const { namespace = '', uid = '', resourceVersion = '' } = object.metadata
  const view = {
    meta: { ...object.metadata, namespace, uid, resourceVersion },
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  }
  return { view, problems }
}

function readSpec(object: KubeObject): { readonly spec?: RolloutSpec; readonly problems: readonly Problem[] } {
  const parsed = parseRollout(object)
  if (parsed.kind === 'ok') return { spec: parsed.spec, problems: [] }
  const { name, namespace } = object.metadata
  return {
    problems: parsed.problems.map(({ path, message }) => ({
      reason: path === 'spec.workloadRef.kind' ? 'WorkloadKindUnsupported' : 'SpecInvalid',
      message: `Rollout ${namespace}/${name}: ${path} ${message}`,
      next: `correct ${path} of the Rollout`,
    })),
  }
}

export function decisionFactsOf(object: KubeObject): DecisionFacts {
  const parsed = parseDecision(object)
  return {
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    rollout: textOf(objectOf(object['spec'])['rollout']) ?? '',
    ...(parsed.kind === 'ok' ? { decision: parsed.decision } : {}),
  }
}
