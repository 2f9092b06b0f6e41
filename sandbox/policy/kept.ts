import type { Resource } from '../../api/kube-object.ts'
import type { Api } from '../server/api.ts'

/** What is made of stored objects, made again only after one of those kinds has changed. Watches from its first use on. */
export function keptUntilChanged<T>(api: Pick<Api, 'watch'>, resources: readonly Resource[], make: () => T): () => T {
  let kept: { readonly value: T } | undefined
  let isWatching = false
  const forget = () => {
    kept = undefined
  }
  return () => {
    if (!isWatching) for (const resource of resources) api.watch(resource, {}, forget)
    isWatching = true
    kept ??= { value: make() }
    return kept.value
  }
}
