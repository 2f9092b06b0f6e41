import { setMaxListeners } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { controllerDeployment } from '../../api/controller-deployment.ts'
import { installManifests } from '../../api/install.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { apiVersion, deploymentResource, rolloutResource } from '../../api/names.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { run } from '../../cli/program.ts'
import type { Terminal } from '../../cli/terminal.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { type Embedded, startEmbedded } from '../../sandbox/embedded.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { shopObjects } from '../builders/shop-objects.ts'
import { contextOf, recorded, releaseOf, statusOf } from './builders.ts'

setMaxListeners(100) // as the program itself does: all caches listen to one signal

const analysis = (name: string, metric: Readonly<Record<string, unknown>>, more = {}): KubeObject => ({
  apiVersion,
  kind: 'Analysis',
  metadata: { name, namespace: 'shop' },
  spec: { metrics: [{ name: 'errors', prometheus: {}, ...metric }], ...more },
})
const errorRate = analysis(
  'error-rate',
  { threshold: { query: 'errors{pod=~"{{ canary.pods }}"} > {{ args.floor }}', pass: 'value < 0.05', count: 3 } },
  { args: [{ name: 'floor', value: '0' }] },
)
const against = analysis('against', {
  compare: {
    canary: 'errors{pod=~"{{ canary.pods }}"}',
    stable: 'errors{pod=~"{{ stable.pods }}"}',
    better: 'lower',
    margin: { absolute: 0.01 },
    count: 3,
  },
})
const cluster = { ...errorRate, kind: 'ClusterAnalysis', metadata: { name: 'everywhere' } }

const counted = analysis('counted', {
  evidence: {
    requests: { canary: 'all{pod=~"{{ canary.pods }}"}', stable: 'all{pod=~"{{ stable.pods }}"}' },
    errors: { canary: 'bad{pod=~"{{ canary.pods }}"}', stable: 'bad{pod=~"{{ stable.pods }}"}' },
  },
})
/** Where nobody answers, and where no Analysis may ask. */
const elsewhere = analysis('elsewhere', {
  prometheus: { address: 'http://127.0.0.1:1' },
  threshold: { query: 'x', pass: 'value < 1' },
})

let embedded: Embedded
let folder = ''
beforeAll(async () => {
  embedded = await startEmbedded({ clock: systemClock })
  folder = await mkdtemp(join(tmpdir(), 'sluice-analysis-'))
  await writeFile(join(folder, 'config'), embedded.kubeconfigFor('admin'))
  const { api } = embedded
  for (const object of [...installManifests(), ...shopObjects, errorRate, against, cluster, counted, elsewhere])
    api.create(resourceOf(api, object), object)
  store = await startStore()
})
afterAll(async () => {
  await store.close()
  await embedded.close()
  await rm(folder, { recursive: true })
})

/** Says the same to every question that is about a side; what is not said is empty. */
interface Store {
  readonly url: string
  readonly asked: string[]
  /** The tenant and the credentials of each question. */
  readonly askedAs: string[]
  answers: Readonly<Record<string, number>>
  /** What it refuses every query with. */
  refusal: string | undefined
  close(): Promise<void>
}
let store: Store

async function startStore(): Promise<Store> {
  const state = {
    answers: {} as Store['answers'],
    refusal: undefined as Store['refusal'],
    asked: [] as string[],
    askedAs: [] as string[],
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const query = new URLSearchParams(await text(request)).get('query') ?? ''
    state.asked.push(query)
    state.askedAs.push(`${String(request.headers['x-scope-orgid'])} ${String(request.headers.authorization)}`)
    const found = Object.entries(state.answers).find(([part]) => query.includes(part))
    const result = found === undefined ? [] : [{ metric: {}, value: [1, `${found[1]}`] }]
    response.setHeader('Content-Type', 'application/json')
    if (state.refusal !== undefined) {
      response.writeHead(400).end(JSON.stringify({ status: 'error', errorType: 'bad_data', error: state.refusal }))
      return
    }
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
  }
  const server = createServer((request, response) => void answer(request, response))
  return Object.assign(state, { url: await urlOf(server), close: async () => void server.close() })
}

async function urlOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

const canaryPods = 'web-canary-'

const say = (...args: readonly string[]) => sayWith({}, ...args)
async function sayWith(part: Partial<Terminal>, ...args: readonly string[]) {
  const terminal = recorded({ now: () => Date.now(), ...part })
  const exitCode = await run([...args, '--kubeconfig', join(folder, 'config'), '-n', 'shop'], contextOf(terminal))
  return { exitCode, out: terminal.lines.join('\n'), err: terminal.errors.join('\n') }
}
const tryIt = (name: string, ...more: readonly string[]) =>
  say('analysis', 'try', name, '--rollout', 'web', '--prometheus', store.url, ...more)

const record = (status: RolloutStatus) =>
  embedded.api.patch(
    rolloutResource,
    { namespace: 'shop', name: 'web' },
    { type: 'merge', body: { status: { release: null, ...status } } },
    { subresource: 'status' },
  )

beforeEach(() => {
  store.answers = {}
  store.refusal = undefined
  store.asked.length = 0
  store.askedAs.length = 0
  record(statusOf())
})

describe('analysis list', () => {
  it("names the namespace's own, those of the cluster and those that come with Sluice", async () => {
    const { exitCode, out } = await say('analysis', 'list')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^error-rate +Analysis +errors from prometheus \(floor=0\)$/m)
    expect(out).toMatch(/^everywhere +ClusterAnalysis +errors/m)
    expect(out).toMatch(/^nginx-success-rate +BuiltIn /m)
  })
  it('needs no cluster for those that come with Sluice', async () => {
    const terminal = recorded()
    await run(['analysis', 'list', '--built-in', '--kubeconfig', '/does/not/exist'], contextOf(terminal))
    expect(terminal.lines.join('\n')).toContain('kubernetes')
    expect(terminal.errors).toEqual([])
  })
})

describe('analysis try, while no release is under way', () => {
  it('asks about the stable version what it would ask about the canary, and says that there is no verdict', async () => {
    store.answers = { errors: 0.01 }
    const { exitCode, out } = await tryIt('error-rate')
    expect(out).toContain('no release sends traffic to a canary')
    expect(out).toContain('passes value < 0.05')
    expect(store.asked).not.toEqual([])
    expect(store.asked.filter((query) => query.includes(canaryPods))).toEqual([])
    expect(exitCode).toBe(0)
  })
  it('asks only the stable side of a comparison', async () => {
    store.answers = { errors: 0.01 }
    const { out, exitCode } = await tryIt('against')
    expect(out).toContain('errors.stable.answer: → 0.01')
    expect(out).not.toContain('errors.canary')
    expect(exitCode).toBe(0)
  })
  it('ends with 8 when a question has no data, and says so', async () => {
    expect(await tryIt('against')).toMatchObject({
      exitCode: 8,
      out: expect.stringContaining('no data'),
      err: 'exit 8: errors.stable has no data: no series',
    })
  })
  it('lets a counter of errors be without data, which is how it is where there are none', async () => {
    store.answers = { all: 500 }
    expect(await tryIt('counted')).toMatchObject({
      exitCode: 0,
      err: 'no data of errors.bad.stable is fine: errors are counted from the first',
    })
  })
  it('lets no counter of requests be without data', async () => {
    store.answers = { bad: 1 }
    const { exitCode, err } = await tryIt('counted')
    expect([exitCode, err]).toEqual([8, 'exit 8: errors.requests.stable has no data: no series'])
  })
})

describe('analysis try, while a release is under way', () => {
  const since = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
  const underWay = () => record(statusOf({ phase: 'Progressing', release: releaseOf({ gatesOpenedAt: since(65) }) }))

  it('asks about both sides as far back as the split goes, and passes with 0', async () => {
    underWay()
    store.answers = { [canaryPods]: 0.012, errors: 0.01 }
    const { exitCode, out } = await tryIt('against')
    expect(out).toContain('analysis against: pass')
    expect(store.asked.filter((query) => query.includes(canaryPods))).toHaveLength(7)
    expect(exitCode).toBe(0)
  })
  it('fails with 1, and says which figures led to it', async () => {
    underWay()
    store.answers = { [canaryPods]: 0.3, errors: 0.01 }
    const { exitCode, out } = await tryIt('against')
    expect(out).toMatch(/against: fail/)
    expect(out).toContain('errors.why: canary 0.3, stable 0.01')
    expect(exitCode).toBe(1)
  })
  it('is inconclusive with 8 when the store has nothing', async () => {
    underWay()
    expect(await tryIt('against')).toMatchObject({ exitCode: 8, out: expect.stringContaining('inconclusive') })
  })
  it('takes arguments', async () => {
    underWay()
    await tryIt('error-rate', '--arg', 'floor=0.25')
    expect(store.asked.at(0)).toContain('> 0.25')
  })
  it('prints data for machines', async () => {
    underWay()
    store.answers = { errors: 0.01 }
    const { out } = await tryIt('against', '-o', 'json')
    expect(JSON.parse(out)).toMatchObject({ use: { name: 'against' }, verdict: 'pass' })
  })
})

describe('a store with tenants and credentials', () => {
  const token: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mimir', namespace: 'sluice-system' },
    data: { token: Buffer.from('t').toString('base64') },
  }
  const headers = [{ name: 'X-Scope-OrgID', value: 'a$$(b)' }]
  const auth = { type: 'bearer', secret: 'mimir' } as const
  const asOf = () => new Set(store.askedAs)
  beforeAll(() => {
    const prometheus = { address: store.url, headers, auth }
    for (const object of [token, controllerDeployment({ image: 'x', prometheus })])
      embedded.api.create(resourceOf(embedded.api, object), object)
  })
  afterAll(() => {
    const name = { namespace: 'sluice-system', name: 'sluice-controller' }
    embedded.api.delete(deploymentResource, name, {})
  })

  it('is asked as the controller in the cluster asks it', async () => {
    store.answers = { errors: 0.01 }
    const { exitCode } = await say('analysis', 'try', 'error-rate', '--rollout', 'web')
    expect(asOf()).toEqual(new Set(['a$$(b) Bearer t']))
    expect(exitCode).toBe(0)
  })
  it('is asked as the flags say where they name it, and with nothing of the controller’s', async () => {
    store.answers = { errors: 0.01 }
    await tryIt('error-rate')
    expect(asOf()).toEqual(new Set(['undefined undefined']))
    store.askedAs.length = 0
    await tryIt('error-rate', '--prometheus-header', 'x-scope-orgid=c', '--prometheus-auth', 'bearer:mimir')
    expect(asOf()).toEqual(new Set(['c Bearer t']))
  })
})

describe('analysis try says what is wrong', () => {
  it.each([
    ['an analysis that is not there', ['nowhere'], 3, 'There is no Analysis shop/nowhere: sluice analysis list'],
    [
      'an argument that it does not have',
      ['error-rate', '--arg', 'x=1'],
      1,
      'error: Analysis error-rate cannot be asked: it has no argument x; it has: floor',
    ],
    ['an argument that is none', ['error-rate', '--arg', 'x'], 2, 'write it as name=value'],
    ['a Rollout that is not there', ['error-rate', '--rollout', 'none'], 3, 'none'],
  ])('of %s', async (_what, args, exitCode, words) => {
    const [name = '', ...more] = args
    const { err, ...rest } = await tryIt(name, ...more)
    expect(err).toContain(words)
    expect(rest.exitCode).toBe(exitCode)
  })
  it.each(['against', 'error-rate'])('of %s where it is not known what the controller asks', async (name) => {
    const { exitCode, out, err } = await say('analysis', 'try', name, '--rollout', 'web')
    const why = 'it is not known here which Prometheus the controller asks: give --prometheus URL'
    expect(out).toContain(why)
    expect(`${out}${err}`).not.toMatch(/started without|deadline/)
    expect(err).toContain(`exit 8: errors.${name === 'against' ? 'stable' : 'value'} was not answered: ${why}`)
    expect(exitCode).toBe(8)
  })
  it('of a controller in the cluster that has no Prometheus', async () => {
    const object = controllerDeployment({ image: 'x' })
    embedded.api.create(resourceOf(embedded.api, object), object)
    const { out } = await say('analysis', 'try', 'against', '--rollout', 'web')
    embedded.api.delete(deploymentResource, { namespace: 'sluice-system', name: 'sluice-controller' }, {})
    expect(out).toContain('the controller was started without --prometheus')
  })
  it('of an address of the metric, without words about another', async () => {
    const { exitCode, err } = await say('analysis', 'try', 'elsewhere', '--rollout', 'web')
    expect(err).toMatch(/^exit 8: errors.value was not answered: an Analysis may not ask 127.0.0.1:1/)
    expect(err).not.toContain('port-forward')
    expect(exitCode).toBe(8)
  })
  it('of a store that cannot be reached, and how to reach it', async () => {
    const { exitCode, out, err } = await tryIt('against', '--prometheus', 'http://127.0.0.1:1')
    expect(out).toContain('refuses connections')
    expect(err).toContain('kubectl port-forward')
    expect(exitCode).toBe(8)
  })
})

describe('lint', () => {
  const rolloutWith = (gate: unknown) => {
    const rollout = shopObjects.find(({ kind }) => kind === 'Rollout')
    const steps = [{ weight: 20, gates: [{ analysis: gate }] }]
    return { ...rollout, spec: { ...Object(rollout?.['spec']), strategy: { canary: { steps } } } }
  }
  const lint = async (objects: readonly unknown[], ...args: readonly string[]) => {
    const file = join(folder, 'lint.yaml')
    await writeFile(file, objects.map((object) => stringify(object)).join('---\n'))
    return say('lint', '-f', file, ...args)
  }
  const own = analysis('own', { threshold: { query: 'own{pod=~"{{ canary.pods }}"}', pass: 'value < 1' } })

  it('names an analysis that is neither in the files nor in the cluster', async () => {
    const { exitCode, out } = await lint([rolloutWith({ name: 'own' })])
    expect(out).toContain('gates[0].analysis names Analysis shop/own, which does not exist')
    expect(exitCode).toBe(1)
  })
  it('takes an analysis of the files for one that is there', async () => {
    const { exitCode, out } = await lint([rolloutWith({ name: 'own' }), own])
    expect(out).not.toContain('does not exist')
    expect(exitCode).toBe(0)
  })
  it.each([
    [
      'an unknown name in a template',
      { threshold: { query: 'x{a="{{ canary.pod }}"}', pass: 'value < 1' } },
      'canary.pod',
    ],
    ['an expression that cannot be evaluated', { threshold: { query: 'x', pass: 'value <' } }, 'pass'],
  ])('finds %s', async (_what, metric, words) => {
    const { exitCode, out } = await lint([rolloutWith({ name: 'own' }), analysis('own', metric)])
    expect(out).toContain('cannot be asked')
    expect(out).toContain(words)
    expect(exitCode).toBe(1)
  })
  it('finds fields that are wrong in an analysis by itself', async () => {
    const { exitCode, out } = await lint([analysis('own', { threshold: { query: 'x' } })])
    expect(out).toContain('spec.metrics[0].threshold.pass is required')
    expect(exitCode).toBe(1)
  })
  it('asks the store about the stable version, and warns with the query when it has nothing', async () => {
    const { exitCode, out } = await lint([rolloutWith({ name: 'own' }), own], '--prometheus', store.url)
    expect(out).toContain('warning: analysis own, metric errors: there is no data for the stable version')
    expect(out).toContain('own{pod=~"web-')
    expect(out).not.toContain(canaryPods)
    expect(exitCode).toBe(0)
  })
  it('finds nothing when the store has data', async () => {
    store.answers = { own: 1 }
    const { out } = await lint([rolloutWith({ name: 'own' }), own], '--prometheus', store.url)
    expect(out).not.toContain('no data')
  })
  it('takes a query that the store refuses for an error of it', async () => {
    store.refusal = 'parse error: unexpected end'
    const { exitCode, out } = await lint([rolloutWith({ name: 'own' }), own], '--prometheus', store.url)
    expect(out).toMatch(/error: analysis own, metric errors: the store refuses the query: parse error.*own\{pod/)
    expect(out).toContain('→ correct the query')
    expect(out).not.toMatch(/Analysis shop\/own no problems/)
    expect(exitCode).toBe(1)
  })
  it('takes an address that is not allowed for an error, and names the flag', async () => {
    const { exitCode, out } = await lint([rolloutWith({ name: 'elsewhere' })])
    expect(out).toMatch(/error: analysis elsewhere, metric errors: an Analysis may not ask 127.0.0.1:1/)
    expect(out).toContain('→ start the controller with --allow-metrics-address 127.0.0.1:1, or')
    expect(exitCode).toBe(1)
  })
  it('takes a Secret that is not there for an error, and names it and the Role', async () => {
    const auth = { type: 'bearer', secret: 'none' }
    const metric = { prometheus: { address: store.url, auth }, threshold: { query: 'x', pass: 'value < 1' } }
    const secured = { ...analysis('secured', metric), kind: 'ClusterAnalysis', metadata: { name: 'secured' } }
    const { exitCode, out } = await lint([rolloutWith({ name: 'secured', kind: 'ClusterAnalysis' }), secured])
    expect(out).toContain('error: analysis secured, metric errors: Secret sluice-system/none does not exist')
    expect(out).toContain('→ make Secret sluice-system/none with its keys')
    expect(out).toContain('a Role in sluice-system with get on secrets, resourceNames [none]')
    expect(exitCode).toBe(1)
  })
  it('says that queries were not asked where nobody is known to ask', async () => {
    const { exitCode, out, err } = await lint([rolloutWith({ name: 'own' }), own])
    expect(err).toBe('note: shop/web: the queries of own were not asked: add --prometheus URL')
    expect(out).toContain('Analysis shop/own no problems')
    expect(exitCode).toBe(0)
  })
})

describe('uninstall', () => {
  it('says which analyses go with their kinds before it asks, and how to save them', async () => {
    const questions: string[] = []
    const confirm = (question: string) => Promise.resolve(questions.push(question) < 0)
    const { exitCode, out } = await sayWith({ confirm }, 'uninstall')
    expect(out).toBe(
      '4 Analyses and 1 ClusterAnalysis go too: kubectl get analyses,clusteranalyses -A -o yaml saves them',
    )
    expect(questions).toEqual([
      expect.stringMatching(/^Retire 1 Rollout and .*, 4 Analyses and 1 ClusterAnalysis with it\?$/),
    ])
    expect(exitCode).toBe(1)
  })
})
