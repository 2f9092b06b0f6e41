import { loadConfig } from '../../kube/config.ts'
import type { KubeClient } from '../../kube/types.ts'
import { runController } from '../../rollout-controller/controller.ts'

/**
 * A controller for tests, as a process of its own. SLUICE_CRASH_AT=<n>:before|after kills it, as `kill -9` does, around
 * its n-th write; every write is announced on standard output. SLUICE_NAMESPACE limits it to one namespace; SLUICE_PROMETHEUS
 * is the address of the Prometheus that it asks.
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
    const what = `${writes} ${verb} ${about(args)}`
    if (mine && side === 'before') die(what)
    const answer = await write(...args)
    process.stdout.write(`write ${what}\n`)
    if (mine) die(what)
    return answer
  }
}

/** Leases and events are not part of a release. */
function isRelease(resource: unknown): boolean {
  const kind = textAt(resource, 'kind')
  return kind !== 'Lease' && kind !== 'Event'
}

/** Kind, name and subresource of what is written, from the arguments of any of the four verbs. */
function about([resource, object, ...rest]: readonly unknown[]): string {
  const metadata = typeof object === 'object' && object !== null && 'metadata' in object ? object.metadata : object
  const part = rest.map((option) => textAt(option, 'subresource')).find((text) => text !== '')
  return `${textAt(resource, 'kind')} ${textAt(metadata, 'name')}${part === undefined ? '' : `/${part}`}`
}

function textAt(value: unknown, key: string): string {
  const entry = typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key) : []
  return typeof entry?.[1] === 'string' ? entry[1] : ''
}

/** A pipe is written at once, so the last line is out before the kill. */
function die(what: string): void {
  process.stdout.write(`killed ${side} ${what}\n`)
  process.kill(process.pid, 'SIGKILL')
}

function crashing(client: KubeClient): KubeClient {
  return {
    ...client,
    create: around('create', (...args: Parameters<KubeClient['create']>) => client.create(...args)),
    replace: around('replace', (...args: Parameters<KubeClient['replace']>) => client.replace(...args)),
    patch: around('patch', (...args: Parameters<KubeClient['patch']>) => client.patch(...args)),
    delete: around('delete', (...args: Parameters<KubeClient['delete']>) => client.delete(...args)),
  }
}

const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
const connection = await loadConfig({})
const namespace = process.env['SLUICE_NAMESPACE']
const prometheus = process.env['SLUICE_PROMETHEUS']
await runController(
  {
    connection,
    config: {
      leaderElection: process.env['SLUICE_LEADER_ELECTION'] !== 'off',
      ...(namespace === undefined ? {} : { namespace }),
      ...(prometheus === undefined ? {} : { prometheus: { address: prometheus, headers: [] } }),
    },
    wrapClient: crashing,
    onReady: () => process.stdout.write('ready\n'),
  },
  stop.signal,
)
