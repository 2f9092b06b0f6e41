import { loadConfig } from '../../kube/config.ts'
import type { KubeClient } from '../../kube/types.ts'
import { runController } from '../../rollout-controller/controller.ts'

/**
 * A controller for tests, as a process of its own. SLUICE_CRASH_AT=<n>:before|after kills it, as `kill -9` does, around
 * its n-th write; every write is announced on standard output.
 */
const [crashAt, side] = (process.env['SLUICE_CRASH_AT'] ?? '0:before').split(':')
let writes = 0

function around<Arguments extends readonly unknown[], Answer>(
  verb: string,
  write: (...args: Arguments) => Promise<Answer>,
) {
  return async (...args: Arguments): Promise<Answer> => {
    if (!isRelease(args[0])) return write(...args)
    writes += 1
    const mine = String(writes) === crashAt
    if (mine && side === 'before') die(verb)
    const answer = await write(...args)
    process.stdout.write(`write ${writes} ${verb}\n`)
    if (mine) die(verb)
    return answer
  }
}

/** Leases and events are not part of a release. */
function isRelease(resource: unknown): boolean {
  const kind = typeof resource === 'object' && resource !== null && 'kind' in resource ? resource.kind : ''
  return kind !== 'Lease' && kind !== 'Event'
}

function die(verb: string): void {
  process.stdout.write(`killed ${side} write ${writes} ${verb}\n`, () => process.kill(process.pid, 'SIGKILL'))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  process.kill(process.pid, 'SIGKILL')
}

function crashing(client: KubeClient): KubeClient {
  return {
    ...client,
    create: around('create', client.create),
    replace: around('replace', client.replace),
    patch: around('patch', client.patch),
    delete: around('delete', client.delete),
  }
}

const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
const connection = await loadConfig({})
await runController(
  {
    connection,
    config: { leaderElection: process.env['SLUICE_LEADER_ELECTION'] !== 'off' },
    wrapClient: crashing,
    onReady: () => process.stdout.write('ready\n'),
  },
  stop.signal,
)
