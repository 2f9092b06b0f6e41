import { sameJson } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { ownerUidLabel, rolloutLabel } from '../api/names.ts'
import type { FactChange } from './fact-cache.ts'
import type { RolloutFacts } from './facts.ts'
import type { Interests } from './interests.ts'
import type { Lane } from './loop/queue.ts'
import { byOwner, byWorkload, type Caches, type Listeners } from './observed-caches.ts'

export interface TriggerDeps {
  /** Asked when something changes, so it may be made after the listeners. */
  readonly caches: () => Pick<Caches, 'rollouts'>
  readonly interests: Interests
  readonly wake: (key: string, lane: Lane) => void
}

/** Which change wakes which Rollouts. A change of nothing that is looked at wakes nobody. */
export function createTriggers({ caches, interests, wake }: TriggerDeps): Listeners {
  const wakeAll = (rollouts: readonly RolloutFacts[], lane: Lane = 'normal') => {
    for (const { namespace, name } of rollouts) wake(`${namespace}/${name}`, lane)
  }
  const ofUid = (uid: string | undefined) => (uid === undefined ? [] : caches().rollouts.byIndex(byOwner, uid))
  const ofWorkload = (namespace: string, name: string) => caches().rollouts.byIndex(byWorkload, `${namespace}/${name}`)
  const inNamespace = (namespace: string) => caches().rollouts.list(namespace)
  const everywhere = () => wakeAll(caches().rollouts.list())

  return {
    rollouts: (change) => {
      if (!isNews(change, inRollout)) return
      const { namespace, name, workload } = either(change)
      wake(`${namespace}/${name}`, 'normal')
      const comesOrGoes = change.old === undefined || change.now === undefined
      if (workload !== undefined && comesOrGoes) wakeAll(ofWorkload(namespace, workload))
    },
    decisions: ({ now }) => {
      const { decision, namespace, rollout } = now ?? {}
      if (decision === undefined || decision.outcome !== undefined) return
      const isUrgent = decision.verb === 'rollback' || decision.verb === 'reject'
      wake(`${namespace}/${rollout}`, isUrgent ? 'rollback' : 'normal')
    },
    analyses: (change) => {
      if (sameJson(change.old, change.now)) return
      const { namespace, name } = either(change)
      wakeAll(inNamespace(namespace).filter(({ analyses }) => analyses.includes(name)))
    },
    clusterAnalyses: (change) => {
      if (sameJson(change.old, change.now)) return
      const { name } = either(change)
      wakeAll(
        caches()
          .rollouts.list()
          .filter(({ analyses }) => analyses.includes(name)),
      )
    },
    deployments: (change) => {
      if (!isNews(change, withoutVersion)) return
      for (const { namespace, name, labels } of both(change)) {
        const claim = labels[rolloutLabel]
        if (claim !== undefined) wake(`${namespace}/${claim}`, 'normal')
        wakeAll([...ofUid(labels[ownerUidLabel]), ...ofWorkload(namespace, name)])
      }
      // a copy of ours selects its own pods alone: its coming and going is nobody else's business
      const isUsers = either(change).labels[ownerUidLabel] === undefined
      if (isUsers && !sameJson(change.old?.selector, change.now?.selector)) {
        wakeAll(inNamespace(either(change).namespace))
      }
    },
    services: (change) => {
      if (!isNews(change, withoutVersion)) return
      const { namespace, ownerUid } = either(change)
      wakeAll(ownerUid === undefined ? inNamespace(namespace) : ofUid(ownerUid))
    },
    endpoints: (change) => {
      if (sameJson(change.old, change.now)) return
      for (const { namespace, service } of both(change)) {
        for (const key of interests.keysFor(`${namespace}/${service}`)) wake(key, 'normal')
      }
    },
    ingresses: (change) => {
      if (!isNews(change, inIngress)) return
      const { namespace = '', labels } = either(change).metadata
      const owner = labels?.[ownerUidLabel]
      wakeAll(owner === undefined ? inNamespace(namespace) : ofUid(owner))
    },
    ingressClasses: (change) => {
      if (isNews(change, inIngress)) everywhere()
    },
    autoscalers: (change) => {
      if (sameJson(change.old, change.now)) return
      for (const { namespace, targetName } of both(change)) wakeAll(ofWorkload(namespace, targetName))
    },
    templates: (change) => {
      if (!isNews(change, withoutVersion)) return
      const { namespace, ownerUid } = either(change)
      wakeAll(ownerUid === undefined ? inNamespace(namespace) : ofUid(ownerUid))
    },
    policies: (change) => {
      if (!sameJson(change.old, change.now)) everywhere()
    },
    bindings: (change) => {
      if (!sameJson(change.old, change.now)) everywhere()
    },
  }
}

/** True when what `of` picks out differs. */
const isNews = <T>({ old, now }: FactChange<T>, of: (facts: T) => unknown): boolean =>
  old === undefined || now === undefined || !sameJson(of(old), of(now))

const both = <T>({ old, now }: FactChange<T>): readonly T[] => [old, now].filter((facts) => facts !== undefined)

function either<T>({ old, now }: FactChange<T>): T {
  const facts = now ?? old
  if (facts === undefined) throw new Error('a change of nothing')
  return facts
}

const withoutVersion = <T extends { readonly resourceVersion: string }>({ resourceVersion: _version, ...facts }: T) =>
  facts

/** The status is what we write ourselves. */
const inRollout = ({ uid, generation, terminating, hasFinalizer }: RolloutFacts) => ({
  uid,
  generation,
  terminating,
  hasFinalizer,
})

const inIngress = ({ metadata, spec }: KubeObject) => ({
  uid: metadata.uid,
  labels: metadata.labels,
  annotations: metadata.annotations,
  terminating: metadata.deletionTimestamp,
  spec,
})
