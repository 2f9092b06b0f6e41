import { setTimeout as sleep } from 'node:timers/promises'
import { type Pod, parsePod } from '../../../sandbox/pods/behaviour.ts'
import type { KubeClient } from '../kube-access.ts'

/** Which pod has which address now. */
export class Directory {
  readonly #byAddress = new Map<string, Pod>()
  readonly #onGone: (pod: Pod) => void

  constructor(onGone: (pod: Pod) => void) {
    this.#onGone = onGone
  }

  at(address: string): Pod | undefined {
    return this.#byAddress.get(address)
  }

  put(pod: Pod): void {
    this.#byAddress.set(pod.address, pod)
  }

  remove(pod: Pod): void {
    if (this.#byAddress.get(pod.address)?.uid !== pod.uid) return
    this.#byAddress.delete(pod.address)
    this.#onGone(pod)
  }

  keepOnly(pods: readonly Pod[]): void {
    const uids = new Set(pods.map(({ uid }) => uid))
    for (const pod of this.#byAddress.values()) if (!uids.has(pod.uid)) this.remove(pod)
    for (const pod of pods) this.put(pod)
  }
}

/** Keeps the directory true. While the API server is away the pods answer on, as real ones would. */
export async function follow(client: KubeClient, directory: Directory, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await listAndWatch(client, directory, signal)
    } catch {
      await sleep(100, undefined, { signal }).catch(() => {})
    }
  }
}

async function listAndWatch(client: KubeClient, directory: Directory, signal: AbortSignal): Promise<void> {
  const list = (await client.send('GET', '/api/v1/pods?resourceVersion=0')).json() as PodList
  directory.keepOnly(list.items.map(parsePod).filter((pod) => pod !== undefined))
  let { resourceVersion } = list.metadata
  for (;;) {
    const path = `/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${resourceVersion}`
    for await (const { type, object } of client.watch(path, signal)) {
      if (type === 'ERROR') return // too old: list again
      resourceVersion = (object as PodList).metadata.resourceVersion
      if (type === 'BOOKMARK') continue
      const pod = parsePod(object)
      if (pod === undefined) continue
      if (type === 'DELETED') directory.remove(pod)
      else directory.put(pod)
    }
  }
}

interface PodList {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly unknown[]
}
