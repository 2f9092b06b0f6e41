import type { Resource } from '../../api/kube-object.ts'
import type { KubeVerb } from '../../kube/types.ts'
import type { Api, Write } from '../../sandbox/server/api.ts'

/** One write that got through. */
export interface WriteSeen {
  readonly verb: KubeVerb
  readonly kind: string
  readonly name: string
}

/** The server with every write through it on record, also one that changed nothing; dry runs are none. */
export function recordWrites(
  api: Api,
  onWrite?: (write: WriteSeen) => void,
): { readonly api: Api; readonly writes: readonly WriteSeen[] } {
  const writes: WriteSeen[] = []
  const note = (verb: KubeVerb, { kind }: Resource, name: string, write?: Write) => {
    if (write?.dryRun === true) return
    const seen = { verb, kind, name }
    writes.push(seen)
    onWrite?.(seen)
  }
  const recording: Api = {
    ...api,
    create(resource, object, write) {
      const written = api.create(resource, object, write)
      note('create', resource, written.object.metadata.name, write)
      return written
    },
    replace(resource, object, write) {
      const written = api.replace(resource, object, write)
      note('replace', resource, object.metadata.name, write)
      return written
    },
    patch(resource, name, patch, write) {
      const written = api.patch(resource, name, patch, write)
      note('patch', resource, name.name, write)
      return written
    },
    delete(resource, name, options) {
      const written = api.delete(resource, name, options)
      note('delete', resource, name.name, options)
      return written
    },
  }
  return { api: recording, writes }
}
