/** A pod that runs and has an address, read from the object once. */
export interface Pod {
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly address: string
  /** The image tag of the first container. */
  readonly version: string
  readonly ready: boolean
  /** Of its containers, so far: each is a fresh process. */
  readonly restarts: number
  readonly behaviour: Behaviour
}

/** How a pod answers, by its annotations `pod.sluice.test/…`. When it is ready and how it ends is its kubelet's matter. */
export interface Behaviour {
  /** `error-share`, between 0 and 1: the share of requests that are answered with 500. */
  readonly errorShare: number
  /** `error-header`: only requests that carry this header meet errors; all of them, unless `error-share` says otherwise. */
  readonly errorHeader?: string
  /** `delay-ms`: each answer comes so late. */
  readonly delayMs: number
  /** `crash`: its process crashes, so it accepts no connection. */
  readonly crashes: boolean
}

export const annotationPrefix = 'pod.sluice.test/'

/** The share of errors of a version whose tag ends in `-broken`, where no annotation says otherwise. */
const badShare = 0.3

/** Reads a Pod as the API server gives it; undefined while it has no address, or will never have one again. */
export function parsePod(object: unknown): Pod | undefined {
  const { metadata, spec, status } = object as PodShape
  const address = status?.podIP
  if (!address || status.phase !== 'Running') return undefined
  const version = tagOf(spec.containers[0]?.image ?? '')
  return {
    uid: metadata.uid,
    name: metadata.name,
    namespace: metadata.namespace,
    address,
    version,
    ready: (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    behaviour: behaviourOf(metadata.annotations ?? {}, version),
  }
}

/** From a pod's annotations, and the version that its image's tag names. */
export function behaviourOf(annotations: Readonly<Record<string, string>>, version: string): Behaviour {
  const said = (name: string): string | undefined => annotations[`${annotationPrefix}${name}`]
  const errorHeader = said('error-header')?.toLowerCase()
  const usualShare = version.endsWith('-broken') ? badShare : 0
  return {
    errorShare: numberOf(said('error-share'), errorHeader === undefined ? usualShare : 1),
    ...(errorHeader !== undefined && { errorHeader }),
    delayMs: numberOf(said('delay-ms')),
    crashes: said('crash') !== undefined,
  }
}

/** `registry:5000/shop/web:v2@sha256:…` has the tag `v2`; an image without a tag is `latest`. */
export function tagOf(image: string): string {
  const [named = ''] = image.split('@')
  const lastPart = named.slice(named.lastIndexOf('/') + 1)
  const colon = lastPart.indexOf(':')
  return colon < 0 ? 'latest' : lastPart.slice(colon + 1)
}

export type Answer =
  | { readonly kind: 'reset' }
  | { readonly kind: 'answer'; readonly status: number; readonly afterMs: number }

/** Decides one request. `chance` is drawn evenly from 0 to 1; headers are by their names in small letters, as Node gives them. */
export function decideAnswer(
  pod: Pod | undefined,
  chance: number,
  headers: Readonly<Record<string, unknown>> = {},
): Answer {
  if (pod === undefined || pod.behaviour.crashes) return { kind: 'reset' }
  const afterMs = pod.behaviour.delayMs
  if (!pod.ready) return { kind: 'answer', status: 503, afterMs }
  const { errorHeader, errorShare } = pod.behaviour
  const spared = errorHeader !== undefined && headers[errorHeader] === undefined
  return { kind: 'answer', status: !spared && chance < errorShare ? 500 : 200, afterMs }
}

/** What an answer carries: who gives it. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function pageOf({ name, namespace, version }: Pod, path: string): Page {
  return {
    headers: { 'content-type': 'application/json', 'x-version': version, 'x-pod': name },
    body: `${JSON.stringify({ version, pod: name, namespace, path })}\n`,
  }
}

function numberOf(text: string | undefined, otherwise = 0): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : 0
}

/** The fields we read, as the API server promises them. */
interface PodShape {
  readonly metadata: {
    readonly uid: string
    readonly name: string
    readonly namespace: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: { readonly containers: readonly { readonly image?: string }[] }
  readonly status?: {
    readonly podIP?: string
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly { readonly restartCount: number }[]
  }
}
