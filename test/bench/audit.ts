import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRecord } from '../../api/json.ts'
import { serviceAccountUser } from '../../api/names.ts'

/** The API server's own record of who asked what: counts rest on it, not on what the controller says of itself. */
export interface Audit {
  readonly flags: readonly string[]
  /** The controller's requests about one namespace in a period, in milliseconds since the epoch. */
  between(namespace: string, fromMs: number, toMs: number): Promise<Counts>
}

export interface Counts {
  /** Stored writes, by what was written. */
  readonly writes: Readonly<Record<string, number>>
  /** Reads and dry runs. */
  readonly reads: Readonly<Record<string, number>>
  /** Stored writes after which the object had the version it had before. */
  readonly changedNothing: readonly string[]
  /** Writes whose precondition did not hold, or whose object was gone. */
  readonly refused: readonly string[]
}

interface Entry {
  readonly user: string
  readonly verb: string
  readonly uri: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly subresource: string
  readonly code: number
  readonly atMs: number
  /** `uid@resourceVersion` of the answer. */
  readonly answer: string
}

const kinds = ['deployments', 'services', 'ingresses', 'podtemplates', 'rollouts', 'decisions']
const groups = ['apps', '', 'networking.k8s.io', 'sluice.dev']

/** Whole answers of everybody's writes of our kinds, so that a version seen twice shows a write that changed nothing. */
const policy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  omitManagedFields: true,
  rules: [
    {
      level: 'RequestResponse',
      verbs: ['create', 'update', 'patch'],
      resources: groups.map((group) => ({ group, resources: kinds.flatMap((kind) => [kind, `${kind}/status`]) })),
    },
    { level: 'Metadata', users: [serviceAccountUser] },
    { level: 'None' },
  ],
}

export async function prepareAudit(): Promise<Audit> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-audit-'))
  const policyFile = join(folder, 'policy.json')
  const log = join(folder, 'audit.log')
  await writeFile(policyFile, JSON.stringify(policy))
  return {
    flags: [`--audit-policy-file=${policyFile}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking'],
    async between(namespace, fromMs, toMs) {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
      return count(
        lines.map((line) => entryOf(JSON.parse(line))),
        namespace,
        fromMs,
        toMs,
      )
    },
  }
}

function count(entries: readonly Entry[], namespace: string, fromMs: number, toMs: number): Counts {
  const writes: Record<string, number> = {}
  const reads: Record<string, number> = {}
  const changedNothing: string[] = []
  const refused: string[] = []
  const versions = new Set<string>()
  for (const entry of entries) {
    const known = entry.answer !== '' && versions.has(entry.answer)
    const isStored = entry.code < 300 && !isRead(entry)
    if (isStored && entry.verb !== 'delete') versions.add(entry.answer)
    const isAsked = entry.user === serviceAccountUser && entry.namespace === namespace
    if (!isAsked || entry.atMs < fromMs || entry.atMs > toMs) continue
    const what = subjectOf(entry)
    if (isRead(entry)) reads[what] = (reads[what] ?? 0) + 1
    else if (entry.code >= 300) refused.push(`${entry.verb} ${what}: ${entry.code}`)
    else {
      writes[what] = (writes[what] ?? 0) + 1
      if (known && entry.verb !== 'delete') changedNothing.push(`${entry.verb} ${what}`)
    }
  }
  return { writes, reads, changedNothing, refused }
}

const isRead = ({ verb, uri }: Entry) => ['get', 'list', 'watch'].includes(verb) || uri.includes('dryRun=')

/** In the words of the documentation. */
function subjectOf({ resource, subresource, name, verb, uri }: Entry): string {
  if (uri.includes('dryRun=')) return 'dry run'
  switch (resource) {
    case 'rollouts':
      return subresource === 'status' ? 'status' : verb === 'get' ? 'rollout' : 'finalizer'
    case 'decisions':
      return 'decision'
    case 'deployments':
      return name.endsWith('-canary') || verb === 'create' ? 'copy' : 'workload'
    case 'services':
      return 'service'
    case 'ingresses':
      return 'route'
    case 'podtemplates':
      return 'template'
    case 'events':
      return 'event'
    case 'leases':
      return 'lease'
    default:
      return resource
  }
}

function entryOf(value: unknown): Entry {
  const line = recordOf(value)
  const object = recordOf(line['objectRef'])
  const metadata = recordOf(recordOf(line['responseObject'])['metadata'])
  const version = textOf(metadata['resourceVersion'])
  return {
    user: textOf(recordOf(line['user'])['username']),
    verb: textOf(line['verb']),
    uri: textOf(line['requestURI']),
    resource: textOf(object['resource']),
    namespace: textOf(object['namespace']),
    name: textOf(object['name']),
    subresource: textOf(object['subresource']),
    code: Number(recordOf(line['responseStatus'])['code']),
    atMs: Date.parse(textOf(line['requestReceivedTimestamp'])),
    answer: version === '' ? '' : `${textOf(metadata['uid'])}@${version}`,
  }
}

const recordOf = (value: unknown) => (isRecord(value) ? value : {})
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
