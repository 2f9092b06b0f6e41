import type { Pod } from '../../../sandbox/pods/behaviour.ts'

export interface PodCount {
  readonly namespace: string
  readonly name: string
  readonly version: string
  /** Requests that got an answer, whatever its status. */
  readonly requests: number
  readonly lastAnswerAtMs: number
}

export interface VersionCount {
  readonly requests: number
  readonly lastAnswerAtMs: number
}

/** What the pods have answered since the last reset. */
export interface PodCounts {
  readonly pods: readonly PodCount[]
  readonly versions: Readonly<Record<string, VersionCount>>
}

/** Counts answers per pod. Owned by the pod process; everybody else reads a copy. */
export class Counters {
  readonly #byUid = new Map<string, PodCount>()

  add(pod: Pod, nowMs: number): void {
    const requests = (this.#byUid.get(pod.uid)?.requests ?? 0) + 1
    const { namespace, name, version } = pod
    this.#byUid.set(pod.uid, { namespace, name, version, requests, lastAnswerAtMs: nowMs })
  }

  read(): readonly PodCount[] {
    return [...this.#byUid.values()]
  }

  reset(): void {
    this.#byUid.clear()
  }
}

export function sumUp(pods: readonly PodCount[]): PodCounts {
  const versions: Record<string, VersionCount> = {}
  for (const { version, requests, lastAnswerAtMs } of pods) {
    const before = versions[version]
    versions[version] = {
      requests: (before?.requests ?? 0) + requests,
      lastAnswerAtMs: Math.max(before?.lastAnswerAtMs ?? 0, lastAnswerAtMs),
    }
  }
  return { pods, versions }
}
