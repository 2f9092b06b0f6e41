import type { ClusterFact, Metric, ThresholdCondition } from '../../api/analysis.ts'
import type { BuiltIn } from './evidence.ts'

/** What the cluster itself knows of the canary's pods; nothing needs to be installed. */
export const kubernetesAnalysis: BuiltIn = {
  what: "The canary's pods: kills for want of memory, restarts, readiness (no metric store needed)",
  spec: {
    args: [{ name: 'restarts', value: '2' }],
    metrics: [
      // One is proof: a kill for want of memory does not come from chance or from load on the node.
      { ...factOf('oom-kills'), condition: zeroOf('oom-kills') },
      // Some happen: a start before its database, a node under pressure.
      { ...factOf('restarts'), condition: { ...zeroOf('restarts'), pass: 'value <= {{ args.restarts }}' } },
      // Pods of a canary that grows are unready for a while. Never a failure, therefore, but nothing passes meanwhile;
      // pods that do not become ready roll a release back by a deadline of their own.
      { ...factOf('unready'), condition: { ...zeroOf('unready'), fail: 'value < 0' } },
    ],
  },
}

function factOf(query: ClusterFact): Omit<Metric, 'condition'> {
  return { name: query, intervalMs: 5_000, warmUpMs: 0, patienceMs: 300_000, source: { kind: 'kubernetes' } }
}

function zeroOf(query: ClusterFact): ThresholdCondition {
  return {
    kind: 'threshold',
    query,
    pass: 'value == 0',
    over: 'all',
    count: 5,
    failureLimit: 0,
    noData: 'inconclusive',
  }
}
