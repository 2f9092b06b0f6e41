import { isRecord } from '../api/json.ts'
import type { KubeObject, ObjectName, Resource } from '../api/kube-object.ts'
import type { KubeConnection } from './connection.ts'
import { KubeError } from './errors.ts'
import { isKubeObject, itemOf } from './json.ts'
import { collectionPath, objectPath, queryOf } from './paths.ts'
import { type Call, createTransport, type Transport } from './transport.ts'
import type {
  DeleteOptions,
  KubeClient,
  KubeList,
  KubeVerb,
  ListOptions,
  Patch,
  RequestInfo,
  WriteOptions,
} from './types.ts'
import { readEvents } from './watch.ts'

export type * from './types.ts'

/** Items a page when all pages are followed. */
export const PAGE_SIZE = 500

export interface ClientOptions {
  /** Deadline of a whole request; 15 s. Watches have none. */
  readonly timeoutMs?: number
  /** Most connections for calls; 64, so that a rollback does not queue behind others. */
  readonly connections?: number
  /**
   * How often a call is sent again at most, within its deadline: when the server asks for it (`Retry-After`), or when the
   * connection of a read breaks; 0.
   */
  readonly repeats?: number
  /** Called after every request, for metrics. Must not throw. */
  readonly onRequest?: (info: RequestInfo) => void
  /** Called with the text of each `Warning` header. Must not throw. */
  readonly onWarning?: (warning: string) => void
}

interface Subject {
  readonly verb: KubeVerb
  readonly resource: Resource
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  readonly subresource?: string | undefined
}

/** A client that owns its pools; `close` ends them and every request in flight. */
export function createClient(connection: KubeConnection, options: ClientOptions = {}): KubeClient {
  const transport = createTransport(connection, {
    timeoutMs: options.timeoutMs ?? 15_000,
    connections: options.connections ?? 64,
    repeats: options.repeats ?? 0,
    ...(options.onWarning === undefined ? {} : { onWarning: options.onWarning }),
  })
  const send = sender(transport, options.onRequest)

  const list = async (resource: Resource, page: ListOptions = {}, signal?: AbortSignal): Promise<KubeList> => {
    const subject: Subject = { verb: 'list', resource, namespace: page.namespace }
    const { namespace, ...query } = page
    const path = collectionPath(resource, namespace) + queryOf({ ...query })
    return listOf(subject, await send(subject, { method: 'GET', path }, signal))
  }

  const write = async (subject: Subject, call: Omit<Call, 'attempt'>, signal?: AbortSignal): Promise<KubeObject> => {
    const answer = await send(subject, call, signal)
    if (isKubeObject(answer)) return answer
    throw garbage(attemptOf(subject))
  }

  return {
    get: (resource, name, signal) =>
      write({ verb: 'get', resource, ...name }, { method: 'GET', path: objectPath(resource, name) }, signal),
    list,
    listAll: (resource, all, signal) => followPages((page) => list(resource, page, signal), all),
    create: (resource, object, settings, signal) =>
      write(
        subjectOf('create', resource, object.metadata, settings),
        {
          method: 'POST',
          path: createPath(resource, object, settings) + queryOf(writeQuery(settings)),
          body: JSON.stringify(object),
        },
        signal,
      ),
    replace: (resource, object, settings, signal) =>
      write(
        subjectOf('replace', resource, object.metadata, settings),
        {
          method: 'PUT',
          path: objectPath(resource, object.metadata, settings?.subresource) + queryOf(writeQuery(settings)),
          body: JSON.stringify(object),
        },
        signal,
      ),
    patch: (resource, name, patch, settings, signal) =>
      write(subjectOf('patch', resource, name, settings), patchCall(resource, name, patch, settings), signal),
    async delete(resource, name, settings, signal) {
      const call = { method: 'DELETE', path: objectPath(resource, name), body: JSON.stringify(deleteBody(settings)) }
      await send({ verb: 'delete', resource, ...name }, call, signal)
    },
    async *watch(resource, watched, signal) {
      const attempt = attemptOf({ verb: 'watch', resource, namespace: watched.namespace })
      const { namespace, ...query } = watched
      const path = collectionPath(resource, namespace) + queryOf({ ...query, watch: true, allowWatchBookmarks: true })
      const call = { attempt, method: 'GET', path }
      options.onRequest?.(infoOf({ verb: 'watch', resource, namespace }, 200, 0, 0))
      yield* readEvents(call, await transport.open(call, signal), signal)
    },
    request(method, path, body, signal) {
      const subject: Subject = { verb: 'request', resource: rawResource(path) }
      const call = { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
      return send(subject, call, signal)
    },
    close: () => transport.close(),
  }
}

type Send = (subject: Subject, call: Omit<Call, 'attempt'>, signal?: AbortSignal) => Promise<unknown>

function sender(transport: Transport, onRequest: ((info: RequestInfo) => void) | undefined): Send {
  return async (subject, call, signal) => {
    const attempt = attemptOf(subject)
    const startedMs = performance.now()
    const report = (status: number, bytes: number) =>
      onRequest?.(infoOf(subject, status, performance.now() - startedMs, bytes))
    try {
      const answer = await transport.send({ ...call, attempt }, signal)
      report(answer.status, answer.text.length)
      return parseAnswer(attempt, answer.text)
    } catch (error) {
      if (!isGarbage(error)) report(error instanceof KubeError ? (error.status ?? 0) : 0, 0)
      throw error
    }
  }
}

/** Follows `continue` to the end; the list is of the first page's moment. */
async function followPages(
  page: (options: ListOptions) => Promise<KubeList>,
  options?: ListOptions,
): Promise<KubeList> {
  const items: KubeObject[] = []
  let last = await page({ limit: PAGE_SIZE, ...options })
  for (;;) {
    items.push(...last.items)
    if (last.continue === undefined) return { items, resourceVersion: last.resourceVersion }
    const { resourceVersion: _first, ...rest } = options ?? {} // the token carries the version
    last = await page({ limit: PAGE_SIZE, ...rest, continue: last.continue })
  }
}

function listOf(subject: Subject, answer: unknown): KubeList {
  const items = isRecord(answer) ? (answer.items ?? []) : undefined
  const metadata = isRecord(answer) ? answer.metadata : undefined
  if (!Array.isArray(items) || !isRecord(metadata)) throw garbage(attemptOf(subject))
  const { continue: more, resourceVersion } = metadata
  if (typeof resourceVersion !== 'string') throw garbage(attemptOf(subject))
  return {
    items: items.map((item) => itemOf(subject.resource, item) ?? fail(garbage(attemptOf(subject)))),
    resourceVersion,
    ...(typeof more === 'string' && more !== '' ? { continue: more } : {}),
  }
}

function createPath(resource: Resource, object: KubeObject, options: WriteOptions | undefined): string {
  const { name, namespace } = object.metadata
  return options?.subresource === undefined
    ? collectionPath(resource, namespace)
    : objectPath(resource, { name, ...(namespace === undefined ? {} : { namespace }) }, options.subresource)
}

function patchCall(resource: Resource, name: ObjectName, patch: Patch, options?: WriteOptions): Omit<Call, 'attempt'> {
  const apply = patch.type === 'apply' ? { fieldManager: patch.fieldManager, force: patch.force } : {}
  return {
    method: 'PATCH',
    path: objectPath(resource, name, options?.subresource) + queryOf({ ...writeQuery(options), ...apply }),
    body: JSON.stringify(patch.body),
    contentType: `application/${patch.type === 'apply' ? 'apply-patch+yaml' : `${patch.type === 'json' ? 'json-patch' : 'merge-patch'}+json`}`,
  }
}

function writeQuery(options: WriteOptions | undefined) {
  return { dryRun: options?.dryRun === true ? 'All' : undefined, fieldManager: options?.fieldManager }
}

function deleteBody(options: DeleteOptions = {}): unknown {
  const { uid, resourceVersion, propagationPolicy, dryRun } = options
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
  }
}

function subjectOf(verb: KubeVerb, resource: Resource, name: ObjectName, options?: WriteOptions): Subject {
  return { verb, resource, name: name.name, namespace: name.namespace, subresource: options?.subresource }
}

function attemptOf({ verb, resource, name, namespace, subresource }: Subject): string {
  const what = resource.kind + (subresource === undefined ? '' : `/${subresource}`)
  const where = [namespace, name].filter((part) => part !== undefined && part !== '').join('/')
  return `${verb} ${what}${where === '' ? '' : ` ${where}`}`
}

function infoOf(subject: Subject, status: number, ms: number, bytes: number): RequestInfo {
  const { verb, resource, name = '', namespace = '', subresource = '' } = subject
  return { verb, kind: resource.kind, name, namespace, subresource, status, ms, bytes }
}

function rawResource(path: string): Resource {
  return { group: '', version: '', plural: '', kind: path.split('?')[0] ?? path, namespaced: false }
}

function parseAnswer(attempt: string, text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch (error) {
    throw garbage(attempt, error)
  }
}

function garbage(attempt: string, cause?: unknown): KubeError {
  return new KubeError('unavailable', `cannot ${attempt}: the answer is not what an API server sends`, {
    reason: 'Garbage',
    cause,
  })
}

function isGarbage(error: unknown): boolean {
  return error instanceof KubeError && error.reason === 'Garbage'
}

function fail(error: KubeError): never {
  throw error
}
