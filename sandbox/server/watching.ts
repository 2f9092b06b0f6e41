import type { KubeObject } from '../../api/kube-object.ts'
import type { WatchEvent } from '../../kube/types.ts'
import type { WatchFrom } from './api.ts'
import type { Kind } from './kind.ts'
import { badRequest, gone } from './refusal.ts'
import { type Selected, selectionOf } from './selection.ts'
import type { Change, Place, Store } from './store.ts'

/** Tells what happens to the objects that are selected; what begins or ends to be selected is told as added or deleted. */
export function watch(store: Store, kind: Kind, from: WatchFrom, listener: (event: WatchEvent) => void): () => void {
  const { alias } = kind
  const view = (object: KubeObject) => (alias ? alias.fromStored(object) : object)
  const asked = selectionOf(kind, from)
  const selected: Selected = (object) => asked(view(object))
  const place = alias?.of ?? kind.resource
  const hear = (event: WatchEvent) => listener(alias ? { ...event, object: view(event.object) } : event)
  const tell = (change: Change) => {
    const event = eventOf(change, selected)
    if (event !== undefined) hear(event)
  }
  for (const event of firstEvents(store, place, from, selected)) hear(event)
  return store.listen(place, tell)
}

function firstEvents(store: Store, place: Place, { resourceVersion }: WatchFrom, selected: Selected) {
  if (!resourceVersion || resourceVersion === '0') {
    return store
      .list(place)
      .filter(selected)
      .map((object): WatchEvent => ({ type: 'ADDED', object }))
  }
  if (!/^\d+$/.test(resourceVersion)) throw badRequest(`invalid resource version "${resourceVersion}"`)
  const changes = store.since(place, Number(resourceVersion))
  if (changes === undefined) throw gone(`too old resource version: ${resourceVersion} (${store.version()})`)
  return changes.flatMap((change) => eventOf(change, selected) ?? [])
}

function eventOf({ type, object, old }: Change, selected: Selected): WatchEvent | undefined {
  const before = old !== undefined && selected(old)
  if (type === 'DELETED') return before ? { type, object } : undefined
  if (selected(object)) return { type: before ? 'MODIFIED' : 'ADDED', object }
  return before && old !== undefined ? { type: 'DELETED', object: atVersionOf(old, object) } : undefined
}

/** As it was when it was last selected, with the version of the change that ended it. */
function atVersionOf(old: KubeObject, { metadata }: KubeObject): KubeObject {
  const { resourceVersion } = metadata
  return { ...old, metadata: { ...old.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } }
}
