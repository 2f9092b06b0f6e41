import { setTimeout as sleep } from 'node:timers/promises'
import {
  decisionResource,
  deploymentResource,
  ingressResource,
  ownerUidLabel,
  podTemplateResource,
  rolloutLabel,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { createCache } from '../../kube/cache.ts'
import { isFault } from '../../kube/errors.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { rolloutOf, type Shop, type ShopOptions, type Stage } from './stage.ts'

/** Every change of every Rollout and of every canary route, as the API server tells it: nothing happens between two looks. */
export interface Witness {
  status(shop: Shop): RolloutStatus | undefined
  /** Waits for a status; fails with the one that is there. */
  until(shop: Shop, what: string, so: (status: RolloutStatus | undefined) => boolean): Promise<void>
  /** Phases (and stages) that the Rollout has been seen in, in order. */
  phases(shop: Shop): readonly string[]
  /** Weights of the canary route in order; `gone` when it was deleted. */
  weights(shop: Shop): readonly (number | 'gone')[]
  /** Milliseconds since the epoch, and what was so from then on; of a shop's whole time. */
  history(shop: Shop): readonly string[]
  /** Begins the two lists anew. */
  forget(shop: Shop): void
  stop(): Promise<void>
}

const weightAnnotation = 'nginx.ingress.kubernetes.io/canary-weight'

export async function startWitness({ client }: Stage): Promise<Witness> {
  const weights = new Map<string, (number | 'gone')[]>()
  const phases = new Map<string, string[]>()
  const history = new Map<string, string[]>()
  const note = <T extends string | number>(lists: Map<string, T[]>, namespace = '', value: T) => {
    const list = lists.get(namespace) ?? []
    lists.set(namespace, list)
    if (list.at(-1) === value) return
    list.push(value)
    history.set(namespace, [...(history.get(namespace) ?? []), `${Date.now()} ${String(value)}`])
  }
  const over = new AbortController()
  const routes = createCache({
    client,
    resource: ingressResource,
    clock: systemClock,
    onChange: ({ type, object: { metadata } }) => {
      const weight = metadata.annotations?.[weightAnnotation]
      if (weight !== undefined) note(weights, metadata.namespace, type === 'deleted' ? 'gone' : Number(weight))
    },
  })
  const rollouts = createCache({
    client,
    resource: rolloutResource,
    clock: systemClock,
    onChange: ({ object }) => note(phases, object.metadata.namespace, phaseOf(parseStatus(object['status']))),
  })
  const running = [routes.run(over.signal), rollouts.run(over.signal)]
  await Promise.all([routes.synced, rollouts.synced])
  const status = ({ namespace, name }: Shop) => parseStatus(rollouts.get(namespace, name)?.['status'])
  return {
    status,
    until: async (shop, what, so) => {
      const latest = performance.now() + 120_000
      while (!so(status(shop))) {
        if (performance.now() > latest)
          throw new Error(`${shop.namespace} never ${what}: ${JSON.stringify(status(shop), null, 1)}`)
        await sleep(20)
      }
    },
    phases: ({ namespace }) => phases.get(namespace) ?? [],
    weights: ({ namespace }) => weights.get(namespace) ?? [],
    history: ({ namespace }) => history.get(namespace) ?? [],
    forget: ({ namespace }) => {
      weights.delete(namespace)
      phases.delete(namespace)
    },
    stop: async () => {
      over.abort()
      await Promise.all(running)
    },
  }
}

/** When requests were lost, by the second, beside what the witness saw: for a failed run only. */
export function lossReport(shop: Shop, witness: Witness, sinceMs: number): string {
  const lines: string[] = []
  for (let atMs = sinceMs; atMs < Date.now(); atMs += 500) {
    const { lost, total } = shop.since(atMs, atMs + 500)
    if (lost > 0) lines.push(`${atMs} lost ${lost} of ${total}`)
  }
  const details = shop.loads.map((load) => {
    const { statuses, lost, versions } = load.since(load.markAt(sinceMs))
    return JSON.stringify({ statuses, lost, versions })
  })
  const seen = witness.history(shop).filter((line) => Number(line.split(' ')[0]) >= sinceMs)
  return [...[...lines, ...seen].sort(), ...details].join('\n')
}

export function phaseOf(status: RolloutStatus | undefined): string {
  if (status === undefined) return '(none)'
  return status.release?.stage === undefined ? status.phase : `${status.phase}/${status.release.stage}`
}

export interface Story {
  readonly shop: Shop
  readonly options: ShopOptions
  /** What the workload runs at the beginning, what is promoted, and what is then rolled back. */
  readonly versions: readonly [from: string, to: string, refused: string]
}

/** What is so at the end of a story; the same for every story. */
export interface StoryEnd {
  readonly promotion: readonly (number | 'gone')[]
  readonly refusal: readonly (number | 'gone')[]
  readonly afterPromotion: readonly string[]
  readonly afterRefusal: readonly string[]
  readonly afterDeletion: readonly string[]
  readonly workload: {
    readonly version: string
    readonly paused: boolean
    readonly keys: readonly string[]
    readonly ready: unknown
  }
}

/**
 * A whole life: opted in, promoted by 20 and 90 %, an update rolled back at 20 % and taken back, the Rollout deleted.
 * Updates are patches of the template, which is what helm upgrade sends, at a tenth of its price.
 */
export async function tell(stage: Stage, witness: Witness, { shop, options, versions }: Story): Promise<StoryEnd> {
  const [, to, refused] = versions
  const phase = (wanted: RolloutStatus['phase']) =>
    witness.until(shop, `was ${wanted}`, (status) => status?.phase === wanted)
  const gate = (step: number) =>
    witness.until(
      shop,
      `waited for approval of step ${step}`,
      (status) => status?.release?.step === step && status.waiting?.reason === 'Approval',
    )
  await optIn(stage, shop, options)
  await phase('Healthy')

  witness.forget(shop)
  await setImage(stage, shop, to)
  await gate(1)
  await shop.decide('approve')
  await gate(2)
  await shop.decide('approve')
  await witness.until(shop, 'was promoted', (status) => status?.phase === 'Healthy' && status.release === undefined)
  const promotion = witness.weights(shop)
  const afterPromotion = await leftovers(stage, shop)

  witness.forget(shop)
  await setImage(stage, shop, refused)
  await gate(1)
  await shop.decide('rollback')
  await phase('RolledBack')
  const refusal = witness.weights(shop)
  await setImage(stage, shop, to)
  await phase('Healthy')
  await witness.until(shop, 'had its conditions', (status) => status?.waiting === undefined)
  const afterRefusal = await settledLeftovers(stage, shop, 3)

  await stage.client.delete(rolloutResource, { name: shop.name, namespace: shop.namespace })
  await witness.until(shop, 'was gone', (status) => status === undefined)
  return {
    promotion,
    refusal,
    afterPromotion,
    afterRefusal,
    afterDeletion: await settledLeftovers(stage, shop, 0),
    workload: await workloadOf(shop),
  }
}

/** What the witness must have seen and what must be left, whoever was killed meanwhile. */
export function expectedEnd({ shop: { name }, options, versions: [, to] }: Story): StoryEnd {
  const kept = [`Deployment ${name}`, `PodTemplate ${name}-stable`]
  return {
    promotion: [0, 20, 90, 100, 'gone'],
    refusal: [0, 20, 'gone'],
    afterPromotion: kept,
    // The refused template is remembered: applied again, it stays refused.
    afterRefusal: [`Deployment ${name}`, `PodTemplate ${name}-rejected`, `PodTemplate ${name}-stable`],
    afterDeletion: [],
    workload: { version: to, paused: false, keys: [], ready: options.replicas },
  }
}

async function optIn({ client }: Stage, { name, namespace }: Shop, options: ShopOptions): Promise<void> {
  try {
    await client.create(rolloutResource, rolloutOf(name, namespace, options))
  } catch (error) {
    if (!isFault(error, 'exists')) throw error
  }
}

export async function setImage({ client }: Stage, { name, namespace }: Shop, version: string): Promise<void> {
  const path = '/spec/template/spec/containers/0/image'
  const body = [{ op: 'replace', path, value: `registry.example.com/canary-demo:${version}` }] as const
  await client.patch(deploymentResource, { name, namespace }, { type: 'json', body })
}

/** What is removed without anybody waiting for it (a rejected template) takes a moment. */
async function settledLeftovers(stage: Stage, shop: Shop, count: number): Promise<readonly string[]> {
  const latest = performance.now() + 20_000
  for (;;) {
    const left = await leftovers(stage, shop)
    if (left.length === count || performance.now() > latest) return left
    await sleep(200)
  }
}

/** Everything that carries our labels in the namespace, the workload itself included; without a process for each look. */
async function leftovers({ client }: Stage, { namespace }: Shop): Promise<readonly string[]> {
  const ours = [deploymentResource, serviceResource, ingressResource, podTemplateResource].map(
    (resource) => [resource, ownerUidLabel] as const,
  )
  const found = [...ours, [deploymentResource, rolloutLabel] as const].map(async ([resource, labelSelector]) => {
    const { items } = await client.list(resource, { namespace, labelSelector })
    return items.map(({ metadata }) => `${resource.kind} ${metadata.name}`)
  })
  const decisions = (await client.list(decisionResource, { namespace })).items
  const open = decisions.map(({ metadata }) => `Decision ${metadata.name}`)
  return [...(await Promise.all(found)).flat(), ...((await isGone(client, namespace)) ? open : [])].sort()
}

/** Decisions stay as a record for as long as their Rollout does. */
async function isGone(client: Stage['client'], namespace: string): Promise<boolean> {
  return (await client.list(rolloutResource, { namespace })).items.length === 0
}

/** Version, pause, keys of ours and ready pods of the user's own workload. */
export async function workloadOf(shop: Shop): Promise<StoryEnd['workload']> {
  const workload = await shop.deployment()
  const text = JSON.stringify(workload?.['spec'])
  const { labels, annotations } = workload?.metadata ?? {}
  const status = Object(workload?.['status'])
  return {
    version: text?.match(/"image":"[^"]*:([^"]+)"/)?.[1] ?? '?',
    paused: text?.includes('"paused":true') ?? false,
    keys: Object.keys({ ...labels, ...annotations }).filter((key) => key.startsWith('sluice.dev/')),
    ready: status.readyReplicas,
  }
}
