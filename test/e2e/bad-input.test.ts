import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import { decisionResource, deploymentResource, rolloutResource } from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { Condition, RolloutStatus } from '../../api/status.ts'
import { type ControllerChild, startController } from './controller-child.ts'
import { setImage, workloadOf } from './controller-story.ts'
import { eventually, must, rolloutOf, type Shop, type ShopOptions, type Stage, startStage } from './stage.ts'

const options = { replicas: 5, rate: 40, drain: '6s', weights: [20] } as const satisfies ShopOptions
const label = 'app.kubernetes.io/instance'

/** A mistake that the server takes, and its end. */
interface Mistake {
  readonly title: string
  readonly shop: string
  readonly reason: string
  /** What the condition must name: object, field, next step. */
  readonly names: readonly string[]
  readonly make: (stage: Stage, shop: Shop) => Promise<unknown>
  readonly mend: (stage: Stage, shop: Shop) => Promise<unknown>
}

const mistakes: readonly Mistake[] = [
  {
    title: 'a Rollout that names an Ingress that does not exist',
    shop: 'no-ingress',
    reason: 'IngressNotFound',
    names: ['Ingress no-ingress/nowhere', 'spec.traffic'],
    make: (stage, shop) => setTraffic(stage, shop, ['nowhere']),
    mend: (stage, shop) => setTraffic(stage, shop, [shop.name]),
  },
  {
    title: 'an Ingress rule without http',
    shop: 'no-http',
    reason: 'RuleWithoutHttp',
    names: ['Ingress no-http/no-http', 'spec.rules[1]', 'http.paths'],
    make: (stage, shop) =>
      patch(stage, shop, 'ingress', [{ op: 'add', path: '/spec/rules/-', value: { host: 'x.test' } }]),
    mend: (stage, shop) => patch(stage, shop, 'ingress', [{ op: 'remove', path: '/spec/rules/1' }]),
  },
  {
    title: 'a Service that selects nothing',
    shop: 'selects-nothing',
    reason: 'ServiceSelectsNothing',
    names: ['Service selects-nothing/side', 'spec.selector', 'Deployment selects-nothing/selects-nothing'],
    make: async (stage, shop) => {
      await must(stage.cluster.apply(service(shop, 'side', { [label]: 'nobody' }), ingress(shop, 'side', 'side')))
      await setTraffic(stage, shop, [shop.name, 'side'])
    },
    mend: (stage, shop) => must(stage.cluster.apply(service(shop, 'side', { [label]: shop.name }))),
  },
  {
    title: "a canary Ingress of the user's own on the same rule",
    shop: 'hand-made',
    reason: 'IngressHasCanary',
    names: ['Ingress hand-made/hand-made', 'Ingress hand-made/by-hand', 'hand-made.test/', 'remove'],
    make: ({ cluster }, shop) => must(cluster.apply(ingress(shop, 'by-hand', shop.name, `${shop.name}.test`, canary))),
    mend: ({ cluster }, shop) => must(cluster.kubectl('delete', 'ingress', 'by-hand', '-n', shop.namespace)),
  },
  {
    title: 'a HorizontalPodAutoscaler on the workload',
    shop: 'autoscaled',
    reason: 'AutoscalerUnsupported',
    names: ['HorizontalPodAutoscaler autoscaled/autoscaled', 'spec.scaleTargetRef', 'delete'],
    make: ({ cluster }, shop) => must(cluster.apply(autoscaler(shop))),
    mend: ({ cluster }, shop) => must(cluster.kubectl('delete', 'hpa', shop.name, '-n', shop.namespace)),
  },
  {
    title: "somebody else's Deployment with the copy's name",
    shop: 'taken-copy',
    reason: 'NameTaken',
    names: ['Deployment taken-copy/taken-copy-canary', 'sluice.dev/rollout-uid', 'remove or rename'],
    make: ({ cluster }, shop) => must(cluster.apply(strangeDeployment(shop))),
    mend: ({ cluster }, shop) =>
      must(cluster.kubectl('delete', 'deployment', `${shop.name}-canary`, '-n', shop.namespace)),
  },
  {
    title: "somebody else's Service with the canary Service's name",
    shop: 'taken-service',
    reason: 'NameTaken',
    names: ['Service taken-service/taken-service-canary', 'sluice.dev/rollout-uid', 'remove or rename'],
    make: ({ cluster }, shop) => must(cluster.apply(service(shop, `${shop.name}-canary`, { [label]: 'somebody' }))),
    mend: ({ cluster }, shop) =>
      must(cluster.kubectl('delete', 'service', `${shop.name}-canary`, '-n', shop.namespace)),
  },
]

describe('a spec that the server takes and that cannot work', () => {
  let stage: Stage
  let controller: ControllerChild
  beforeAll(async () => {
    stage = await startStage()
    controller = await startController(stage.cluster)
  })
  afterAll(async () => {
    await controller?.stop()
    await stage?.stop()
  })

  it.concurrent.each(mistakes.map((mistake) => [mistake.title, mistake] as const))(
    '%s keeps an update held, says object, field and next step, and is over once it is mended',
    async (_title, { shop: name, reason, names, make, mend }) => {
      const shop = await stage.shop(name, options)
      const pods = await shop.pods()
      await make(stage, shop)
      await shop.until('says what is wrong', (status) => notAccepted(status)?.reason === reason)
      const strangers = await strangersIn(stage, shop)
      await setImage(stage, shop, 'v2')
      const held = await shop.until(
        'holds the update',
        ({ waiting, phase }) => waiting?.reason === reason && phase === 'Pending',
      )
      for (const text of names) expect(notAccepted(held)?.message).toContain(text)
      expect(held.waiting?.message).toContain('an update is held and not released')
      await shop.next(100)
      expect(await ownPods(shop)).toEqual(pods)
      expect(await workloadOf(shop)).toMatchObject({ paused: true, ready: 5 })
      expect(shop.since(0).answers('v2')).toBe(0)
      expect(await strangersIn(stage, shop)).toEqual(strangers)

      await mend(stage, shop)
      await promoted(shop)
    },
  )

  it.concurrent('a Rollout whose workload does not exist says so, and holds it once it is there', async () => {
    const name = 'no-workload'
    await must(stage.cluster.kubectl('create', 'namespace', name))
    await must(stage.cluster.apply(rolloutOf(name, name, options)))
    const status = await statusUntil(stage, name, name, ({ waiting }) => waiting?.reason === 'WorkloadNotFound')
    expect(status.waiting?.message).toContain('Deployment no-workload/no-workload (spec.workloadRef) does not exist')
    expect(status.waiting?.next).toContain('install it')
    expect(notAccepted(status)?.message).toContain(
      'Deployment no-workload/no-workload (spec.workloadRef) does not exist',
    )
    const shop = await stage.shop(name, options)
    await setImage(stage, shop, 'v2')
    await promoted(shop)
  })

  it.concurrent('the second of two Rollouts on one workload touches nothing, also when it is deleted; it takes over once it is alone', async () => {
    const shop = await stage.shop('rivals', options)
    const rival = {
      ...rolloutOf('rival', shop.namespace, options),
      spec: rolloutOf(shop.name, shop.namespace, options)['spec'],
    }
    await must(stage.cluster.apply(rival))
    const status = await statusUntil(
      stage,
      'rival',
      shop.namespace,
      (seen) => notAccepted(seen)?.reason === 'WorkloadClaimed',
    )
    for (const text of [
      'Deployment rivals/rivals',
      'Rollout rivals/rivals',
      'delete one of the two',
      'spec.workloadRef',
    ])
      expect(notAccepted(status)?.message).toContain(text)

    await setImage(stage, shop, 'v2')
    await shop.atGate(1)
    const before = await shop.deployment()
    const left = await shop.leftovers()
    await must(stage.cluster.kubectl('delete', 'rollout', 'rival', '-n', shop.namespace, '--timeout=30s'))
    await shop.next(100)
    expect((await shop.deployment())?.metadata).toEqual(before?.metadata)
    expect(await shop.leftovers()).toEqual(left)
    expect((await shop.status()).waiting?.reason).toBe('Approval')

    await shop.decide('approve')
    await shop.phase('Promoting')
    await shop.phase('Healthy')
    await must(stage.cluster.apply(rival))
    await statusUntil(stage, 'rival', shop.namespace, (seen) => notAccepted(seen)?.reason === 'WorkloadClaimed')
    await must(stage.cluster.kubectl('delete', 'rollout', shop.name, '-n', shop.namespace, '--timeout=60s'))
    await statusUntil(stage, 'rival', shop.namespace, ({ phase }) => phase === 'Healthy')
    expect((await shop.deployment())?.metadata.labels).toMatchObject({ 'sluice.dev/rollout': 'rival' })
    await nothingLost(shop)
  })

  it.concurrent('a strategy that can reach 0 pods stops before promotion, with a condition, and goes on once it is mended', async () => {
    const shop = await stage.shop('recreate', options)
    await setStrategy(stage, shop, { type: 'Recreate', rollingUpdate: null })
    await setImage(stage, shop, 'v2')
    await shop.atGate(1)
    await shop.decide('approve')
    const { conditions } = await shop.until('stops', ({ waiting }) => waiting?.reason === 'StrategyUnsupported')
    const stalled = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True')
    for (const text of ['Deployment recreate/recreate', 'Recreate', 'spec.strategy', 'RollingUpdate'])
      expect(stalled?.message).toContain(text)
    await shop.next(100)
    expect(new Set((await ownPods(shop)).map(({ version }) => version))).toEqual(new Set(['v1']))
    await setStrategy(stage, shop, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } })
    await shop.phase('Healthy')
    expect(await workloadOf(shop)).toMatchObject({ version: 'v2', paused: false, ready: 5 })
    await nothingLost(shop)
  })

  it.concurrent('an approval for an earlier attempt or an edited step passes nothing', async () => {
    const shop = await stage.shop('wrong-approval', { ...options, weights: [20, 60] })
    await setImage(stage, shop, 'v2')
    const shown = await shop.atGate(1)
    const body = [{ op: 'replace', path: '/spec/strategy/canary/steps/0/weight', value: 30 }] as const
    await stage.client.patch(rolloutResource, shop, { type: 'json', body })
    const edited = await shop.until(
      'waits again',
      ({ release, waiting }) => release?.weight === 30 && waiting?.reason === 'Approval',
    )
    const { attempt, step, stepHash } = shown.release ?? {}
    await approve(stage, shop, 'old-attempt', { attempt, step, stepHash })
    await approve(stage, shop, 'old-step', { attempt: edited.release?.attempt, step, stepHash })
    await approve(stage, shop, 'other-step', { ...about(edited), step: 2 })
    const answered = await shop.until('answers', ({ decisions }) => decisions.length === 3)
    expect(answered.decisions.map(({ name, outcome, message }) => `${name} ${outcome}: ${message}`).sort()).toEqual([
      expect.stringMatching(/^old-attempt Refused: .*attempt/),
      expect.stringMatching(/^old-step Refused: .*edited/),
      expect.stringMatching(/^other-step Refused: .*step 2/),
    ])
    await shop.next(100)
    expect(await shop.status()).toMatchObject({ phase: 'Progressing', release: { step: 1, weight: 30 } })
    await approve(stage, shop, 'right', about(edited))
    await shop.atGate(2)
    await nothingLost(shop)
  })
})

describe('a spec that the server refuses', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(async () => stage?.stop())

  it.each<[string, readonly KubeObject[], RegExp]>([
    [
      'weights that fall',
      [withSteps([{ weight: 50 }, { weight: 20 }])],
      /spec\.strategy\.canary\.steps.*(fall|rise|not be lower|lower)/s,
    ],
    ['no steps', [withSteps([])], /spec\.strategy\.canary\.steps/],
    ['a weight above 100', [withSteps([{ weight: 101 }])], /spec\.strategy\.canary\.steps\[0\]\.weight/],
    ['a field that does not exist', [withSteps([{ wieght: 20 }])], /wieght/],
    ['no traffic', [withSpec({ traffic: [] })], /spec\.traffic/],
    [
      'a kind of workload that is not known',
      [withSpec({ workloadRef: { kind: 'DaemonSet', name: 'x' } })],
      /spec\.workloadRef\.kind/,
    ],
  ])('names the field: %s', async (_title, objects, message) => {
    const { code, stderr } = await stage.cluster.apply(...objects)
    expect(code, stderr).not.toBe(0)
    expect(stderr).toMatch(message)
  })
})

function withSpec(changes: Readonly<Record<string, unknown>>): KubeObject {
  const rollout = rolloutOf('refused', 'default')
  return { ...rollout, spec: { ...Object(rollout['spec']), ...changes } }
}

function withSteps(steps: readonly unknown[]): KubeObject {
  return withSpec({ strategy: { canary: { steps } } })
}

const notAccepted = ({ conditions }: RolloutStatus): Condition | undefined =>
  conditions.find(({ type, status }) => type === 'Accepted' && status === 'False')

const ownPods = async (shop: Shop) => (await shop.pods()).filter(({ canary }) => !canary)

/** Goes on by itself to the gate; approved, it is promoted. */
async function promoted(shop: Shop): Promise<void> {
  await shop.atGate(1)
  await shop.decide('approve')
  await shop.phase('Promoting')
  await shop.phase('Healthy')
  expect(await workloadOf(shop)).toMatchObject({ version: 'v2', paused: false, ready: 5 })
  expect(await shop.leftovers()).toEqual([`podtemplate/${shop.name}-stable`, `deployment.apps/${shop.name}`])
  await nothingLost(shop)
}

async function nothingLost(shop: Shop): Promise<void> {
  const { sent, lost, detail } = await shop.finish()
  expect(lost, `${shop.name}: ${lost} of ${sent}: ${detail}`).toBe(0)
}

function statusUntil(
  { client }: Stage,
  name: string,
  namespace: string,
  so: (status: RolloutStatus) => boolean,
): Promise<RolloutStatus> {
  return eventually(`${namespace}/${name}`, async () => {
    const status = parseStatus((await client.get(rolloutResource, { name, namespace }))['status'])
    return status !== undefined && so(status) ? status : JSON.stringify(status ?? 'no status', null, 1)
  })
}

const about = ({ release }: RolloutStatus) => ({
  attempt: release?.attempt,
  step: release?.step,
  stepHash: release?.stepHash,
})

async function approve(
  { client }: Stage,
  shop: Shop,
  name: string,
  what: Readonly<Record<string, unknown>>,
): Promise<void> {
  await client.create(decisionResource, {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'Decision',
    metadata: { name, namespace: shop.namespace },
    spec: { rollout: shop.name, verb: 'approve', decidedBy: 'admin', ...what },
  })
}

const setTraffic = ({ client }: Stage, { name, namespace }: Shop, ingresses: readonly string[]) => {
  const traffic = ingresses.map((ingressName) => ({ ingress: { name: ingressName, drain: options.drain } }))
  return client.patch(rolloutResource, { name, namespace }, { type: 'merge', body: { spec: { traffic } } })
}

const setStrategy = ({ client }: Stage, { name, namespace }: Shop, strategy: unknown) =>
  client.patch(deploymentResource, { name, namespace }, { type: 'merge', body: { spec: { strategy } } })

const patch = ({ cluster }: Stage, { name, namespace }: Shop, kind: string, body: unknown) =>
  must(cluster.kubectl('patch', kind, name, '-n', namespace, '--type=json', '-p', JSON.stringify(body)))

const canary = { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '0' }

function ingress({ namespace }: Shop, name: string, to: string, host = `${name}.test`, annotations = {}): KubeObject {
  const backend = { service: { name: to, port: { number: 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, annotations },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  }
}

function service({ namespace }: Shop, name: string, selector: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  }
}

function autoscaler({ name, namespace }: Shop): KubeObject {
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } }
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 5,
      maxReplicas: 10,
      metrics: [{ type: 'Resource', resource }],
    },
  }
}

function strangeDeployment({ name, namespace }: Shop): KubeObject {
  const labels = { app: 'stranger' }
  const containers = [{ name: 'web', image: 'registry.example.com/stranger:v9' }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${name}-canary`, namespace },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  }
}

/** Objects that have a name of ours and are not: uid and resourceVersion, so that a touch shows. */
async function strangersIn({ cluster }: Stage, { namespace }: Shop): Promise<readonly string[]> {
  const columns = 'custom-columns=K:.kind,N:.metadata.name,U:.metadata.uid,G:.metadata.generation'
  const kinds = 'deployments,services,ingresses'
  const all = await must(
    cluster.kubectl('get', kinds, '-n', namespace, '-l', '!sluice.dev/rollout-uid', '--no-headers', '-o', columns),
  )
  return all.split('\n').filter((line) => /-canary |by-hand/.test(line))
}
