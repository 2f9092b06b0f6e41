import { KubeError } from '../../kube/errors.ts'
import type { KubeClient, WriteOptions } from '../../kube/types.ts'

/** A process that dies around its n-th write (counted from 1): after that no call of it gets through. */
export interface Mortal {
  readonly client: KubeClient
  isDead(): boolean
  /** Writes that this process has asked for. */
  writes(): number
}

export interface Death {
  readonly write: number
  readonly when: 'before' | 'after'
}

export function mortal(client: KubeClient, death?: Death): Mortal {
  let writes = 0
  let dead = false
  const alive = () => {
    if (dead) throw new KubeError('unavailable', 'the process is dead')
  }
  const write = async <T>(run: () => Promise<T>, options?: WriteOptions): Promise<T> => {
    alive()
    if (options?.dryRun === true) return run()
    writes++
    dead = death?.write === writes
    if (dead && death?.when === 'before') alive()
    const answer = await run()
    alive()
    return answer
  }
  return {
    isDead: () => dead,
    writes: () => writes,
    client: {
      ...client,
      get: async (...args) => {
        alive()
        return client.get(...args)
      },
      create: (resource, object, options, signal) =>
        write(() => client.create(resource, object, options, signal), options),
      replace: (resource, object, options, signal) =>
        write(() => client.replace(resource, object, options, signal), options),
      patch: (resource, name, patch, options, signal) =>
        write(() => client.patch(resource, name, patch, options, signal), options),
      delete: (...args) => write(() => client.delete(...args)),
    },
  }
}
