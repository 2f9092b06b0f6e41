import { numberOf, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'

/** How long a pod is taken to need, in milliseconds. */
export interface PodStart {
  /** From its creation to ready. */
  readonly readyAfterMs: number
  /** Why that long, for the person. */
  readonly because: string
  /** From its deletion to its end. */
  readonly endsAfterMs: number
}

/** Pull, start and the first good answer of a probe: what an ordinary web server needs on a node that knows its image. */
const usualReadyMs = 10_000
const usualEndMs = 1_000

/** As the person says, else as long as the probes wait before they ask, and no less than usual. */
export function podStartOf(deployment: KubeObject, askedMs: number | undefined): PodStart {
  const containers = objectsOf(objectOf(objectOf(objectOf(deployment['spec'])['template'])['spec'])['containers'])
  const endsAfterMs = Math.max(usualEndMs, ...containers.map(preStopMs))
  if (askedMs !== undefined) return { readyAfterMs: askedMs, because: 'as --pods-ready-after says', endsAfterMs }
  const slowest = containers.flatMap(delaysOf).reduce<Delay | undefined>(later, undefined)
  if (slowest === undefined || slowest.ms <= usualReadyMs)
    return { readyAfterMs: usualReadyMs, because: 'assumed; --pods-ready-after says otherwise', endsAfterMs }
  const { ms, field } = slowest
  return { readyAfterMs: ms, because: `${field}; --pods-ready-after says otherwise`, endsAfterMs }
}

interface Delay {
  readonly ms: number
  readonly field: string
}

const later = (a: Delay | undefined, b: Delay): Delay => (a === undefined || b.ms > a.ms ? b : a)

const delaysOf = (container: ReturnType<typeof objectOf>): readonly Delay[] =>
  ['startupProbe', 'readinessProbe'].flatMap((probe) => {
    const seconds = numberOf(objectOf(container[probe])['initialDelaySeconds'])
    if (seconds === undefined) return []
    return [{ ms: seconds * 1000, field: `${probe}.initialDelaySeconds of container ${textOf(container['name'])}` }]
  })

/** `lifecycle.preStop.sleep` keeps a pod that long. */
function preStopMs(container: ReturnType<typeof objectOf>): number {
  const preStop = objectOf(objectOf(container['lifecycle'])['preStop'])
  return (numberOf(objectOf(preStop['sleep'])['seconds']) ?? 0) * 1000
}
