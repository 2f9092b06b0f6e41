import { KubeError } from '../kube/errors.ts'
import type { KubeClient } from '../kube/types.ts'

/** A client that refuses to write while `mayWrite` says no: asked right before every write, by the clock. */
export function fenceWrites(client: KubeClient, mayWrite: () => boolean): KubeClient {
  const fenced = async <T>(write: () => Promise<T>): Promise<T> => {
    if (mayWrite()) return write()
    throw new KubeError('unavailable', 'this controller does not lead any more, and so writes nothing')
  }
  return {
    ...client,
    create: (...args) => fenced(() => client.create(...args)),
    replace: (...args) => fenced(() => client.replace(...args)),
    patch: (...args) => fenced(() => client.patch(...args)),
    delete: (...args) => fenced(() => client.delete(...args)),
  }
}
