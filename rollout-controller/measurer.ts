import { createHash } from 'node:crypto'
import { type AskHttp, type Credentials, createHttpAsker } from '../analysis/http.ts'
import type { Measure, MeasureRequest, Reading } from '../analysis/measurement.ts'
import type { Answer, Ask, HttpRequest } from '../analysis/provider.ts'
import { providerFor } from '../analysis/registry.ts'
import { tenantProblem } from '../analysis/request-problem.ts'
import type { DefaultPrometheus, MetricSource } from '../api/analysis.ts'
import type { Clock } from '../api/clock.ts'
import { systemNamespace } from '../api/names.ts'
import type { KubeClient } from '../kube/types.ts'
import { listPods } from './metric-pods.ts'
import { type CredentialsRead, credentialsIn, readSecret, type SecretValues } from './metric-secret.ts'
import { type AllowList, parseAllowList } from './metrics-access/allow-list.ts'
import { createLanes, type Lanes } from './metrics-access/lanes.ts'
import { createLives, GivenUp } from './metrics-access/life.ts'
import { createShared, type Shared, type SharedResult } from './metrics-access/shared.ts'

/** Called for each question that a store was asked, with what came of it and how long it took, in milliseconds. Must not throw. */
export type OnAnswered = (provider: MetricSource['kind'], outcome: Reading['kind'], ms: number) => void

export interface MeasurerDeps {
  readonly client: Pick<KubeClient, 'get' | 'list'>
  readonly clock: Clock
  /** The Prometheus of metrics that name none. */
  readonly defaultPrometheus?: DefaultPrometheus
  /** What an Analysis of a namespace may ask besides: `host`, `host:port` or `*.domain`. */
  readonly allowedAddresses: readonly string[]
  /** For tests. */
  readonly ask?: AskHttp
  readonly onAnswered?: OnAnswered
}

/**
 * For a whole question. The exchange has 5 s of its own; what is beyond that is for its turn: thousands of questions
 * about the same full second may take longer than a store that is well has deserved to be called away for.
 */
const patienceMs = 15_000
const keepAnswersMs = 2_000
const keepSecretsMs = 10_000
/** Characters. An answer has at most a million of them, most have a few hundred. */
const mostAnswers = 16_000_000
const mostSecrets = 10_000
const mostPerHost = 64

type AskHttpStore = Ask & { readonly kind: 'http' }

interface Desk {
  readonly deps: MeasurerDeps
  readonly ask: AskHttp
  readonly mayAsk: AllowList
  readonly lanes: Lanes
  readonly answers: Shared<Answer>
  readonly secrets: Shared<SecretValues>
}

/**
 * Asks metric stores and the API server, all questions of a request side by side. Questions of the same content about
 * the same moment are asked once, however many Rollouts ask them. Throws where an allowed address is malformed.
 */
export function createMeasurer(deps: MeasurerDeps): Measure {
  const { clock } = deps
  const startLife = createLives(clock, patienceMs)
  const desk: Desk = {
    deps,
    ask: deps.ask ?? createHttpAsker().ask,
    mayAsk: parseAllowList(deps.allowedAddresses),
    lanes: createLanes(mostPerHost),
    answers: createShared({ clock, keepMs: keepAnswersMs, mostWeight: mostAnswers, weigh: weightOf }),
    secrets: createShared({ clock, keepMs: keepSecretsMs, mostWeight: mostSecrets, weigh: () => 1 }),
  }
  return async (request, given) => {
    const life = startLife(given)
    try {
      const questions = Object.entries(request.questions)
      const readings = await Promise.all(
        questions.map(
          async ([name, question]) => [name, await readingOf(desk, request, question, life.signal)] as const,
        ),
      )
      return { id: request.id, atMs: request.atMs, readings: Object.fromEntries(readings) }
    } finally {
      life.end()
    }
  }
}

const weightOf = (answer: Answer): number => (answer.kind === 'http' ? answer.body.length + 1_000 : 1_000)

/** Never rejects. */
async function readingOf(desk: Desk, request: MeasureRequest, question: string, signal: AbortSignal): Promise<Reading> {
  const { clock, defaultPrometheus, onAnswered } = desk.deps
  const { source, atMs } = request
  const startedMs = clock.monotonicMs()
  const tell = (outcome: Reading['kind']) => onAnswered?.(source.kind, outcome, clock.monotonicMs() - startedMs)
  try {
    const provider = providerFor(source.kind)
    const problem = provider.check(source, question)
    if (problem !== undefined) return { kind: 'away', why: `the question ${problem}` }
    const ask = provider.ask(source, question, atMs, defaultPrometheus)
    const { result, isFirst } = await answerTo(desk, request, ask, signal)
    const reading = provider.read(source, question, result)
    if (isFirst) tell(reading.kind)
    return reading
  } catch (error) {
    const isGivenUp = error instanceof GivenUp
    if (isGivenUp && error.isLate) tell('away')
    return { kind: 'away', why: isGivenUp ? error.message : 'the question could not be asked' }
  }
}

/** Nobody was asked. */
const unasked = (why: string): SharedResult<Answer> => ({ result: { kind: 'none', why }, isFirst: false })

async function answerTo(
  desk: Desk,
  request: MeasureRequest,
  ask: Ask,
  signal: AbortSignal,
): Promise<SharedResult<Answer>> {
  switch (ask.kind) {
    case 'impossible':
      return unasked(ask.why)
    case 'pods':
      return podsOf(desk, request, signal)
    case 'http': {
      const refusal = tenantRefused(request, ask) ?? refusalOf(desk, request, ask.request, ask.toDefault)
      return refusal === undefined ? askStore(desk, request, ask, signal) : unasked(refusal)
    }
    default:
      return ask satisfies never
  }
}

function podsOf({ deps, answers }: Desk, request: MeasureRequest, signal: AbortSignal): Promise<SharedResult<Answer>> {
  const { namespace, atMs, pods } = request
  const key = JSON.stringify(['pods', atMs, namespace, pods.canary])
  return answers(key, (ending) => listPods(deps.client, namespace, pods.canary, ending), signal)
}

/** A second look at what rendering says already: whoever makes the requests, the controller's store is reached from here. */
function tenantRefused({ trusted, source }: MeasureRequest, { toDefault }: AskHttpStore): string | undefined {
  const problem = trusted || !toDefault ? undefined : tenantProblem(source)
  return problem === undefined ? undefined : `an Analysis ${problem}`
}

/** Who may only write in a namespace must not reach, through the controller, what the controller can reach. */
function refusalOf(
  { mayAsk }: Desk,
  { trusted }: MeasureRequest,
  { url }: HttpRequest,
  toDefault: boolean,
): string | undefined {
  const target = new URL(url)
  if (trusted || toDefault || mayAsk(target)) return undefined
  return `an Analysis may not ask ${target.host}: whoever runs the controller may allow it, with --allow-metrics-address, or ask it in a ClusterAnalysis`
}

async function askStore(
  desk: Desk,
  request: MeasureRequest,
  ask: AskHttpStore,
  signal: AbortSignal,
): Promise<SharedResult<Answer>> {
  const read = await credentialsFor(desk, request, ask, signal)
  if (read.kind === 'unreadable') return unasked(read.why)
  const { credentials } = read
  const quotable = request.trusted || ask.toDefault
  const reach = quotable ? 'everywhere' : 'notLinkLocal'
  const key = keyOf(request.atMs, reach, ask.request, credentials)
  const { host } = new URL(ask.request.url)
  const work = async (ending: AbortSignal): Promise<Answer> => {
    const answer = await desk.lanes(host, () => desk.ask(ask.request, { signal: ending, credentials, reach }), ending)
    return answer.kind === 'http' ? { ...answer, quotable } : answer
  }
  return desk.answers(key, work, signal)
}

/** Equal for questions that are equal in content. A digest: credentials are not kept as keys of a map. */
function keyOf(
  atMs: number,
  reach: string,
  { method, url, headers, body }: HttpRequest,
  credentials: Credentials,
): string {
  const named = headers.map(({ name, value }) => [name.toLowerCase(), value]).toSorted(byName)
  const content = JSON.stringify([atMs, reach, method, url, named, body, Object.entries(credentials).toSorted(byName)])
  return createHash('sha256').update(content).digest('hex')
}

function byName([a = '']: readonly string[], [b = '']: readonly string[]): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

async function credentialsFor(
  { deps, secrets }: Desk,
  { trusted, namespace: own }: MeasureRequest,
  { request: { auth }, asController }: AskHttpStore,
  signal: AbortSignal,
): Promise<CredentialsRead> {
  if (auth === undefined) return { kind: 'credentials', credentials: { type: 'none' } }
  const name = { namespace: trusted || asController ? systemNamespace : own, name: auth.secret }
  const key = `${name.namespace}/${name.name}`
  const { result } = await secrets(key, (ending) => readSecret(deps.client, name, ending), signal)
  return result.kind === 'values' ? credentialsIn(result.values, auth) : result
}
