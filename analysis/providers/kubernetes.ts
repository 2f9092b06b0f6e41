import { type ClusterFact, clusterFacts, type KubernetesSource } from '../../api/analysis.ts'
import { away } from '../json-answer.ts'
import type { Reading } from '../measurement.ts'
import type { Answer, Ask, MetricProvider, PodFacts } from '../provider.ts'

/** What the cluster knows of the canary's pods, without any store: the question is one of `clusterFacts`. */
export const kubernetes: MetricProvider<KubernetesSource> = {
  kind: 'kubernetes',
  check: (_source, question) => (factIn(question) === undefined ? `is none of ${clusterFacts.join(', ')}` : undefined),
  ask: (_source, question) => askPods(question),
  read: (_source, question, answer) => readPods(question, answer),
}

const factIn = (question: string): ClusterFact | undefined => clusterFacts.find((fact) => fact === question)
const unknown = 'the question is not one that the cluster can answer'

function askPods(question: string): Ask {
  const fact = factIn(question)
  return fact === undefined ? { kind: 'impossible', why: unknown } : { kind: 'pods', fact }
}

function readPods(question: string, answer: Answer): Reading {
  const fact = factIn(question)
  if (fact === undefined) return away(unknown)
  if (answer.kind === 'none') return away(answer.why)
  if (answer.kind !== 'pods') return away('this is not an answer about pods')
  if (answer.canary.length === 0) return { kind: 'empty', what: 'no canary pods' }
  return factOf(fact, answer.canary)
}

/** A pod that is going still counts for what happened in it, not for being ready or there. */
function factOf(fact: ClusterFact, pods: readonly PodFacts[]): Reading {
  const present = pods.filter(({ terminating }) => !terminating)
  switch (fact) {
    case 'restarts':
      return one(
        fact,
        pods.reduce((sum, { restarts }) => sum + restarts, 0),
      )
    case 'oom-kills':
      return one(fact, pods.filter(({ oomKilled }) => oomKilled).length)
    case 'pods':
      return one(fact, present.length)
    case 'unready':
      // of no pods none is unready: that must not pass for all being well
      if (present.length === 0) return { kind: 'empty', what: 'no canary pods but such as are going' }
      return one(fact, present.filter(({ ready }) => !ready).length)
    default:
      return fact satisfies never
  }
}

const one = (series: ClusterFact, value: number): Reading => ({ kind: 'values', values: [{ series, value }] })
