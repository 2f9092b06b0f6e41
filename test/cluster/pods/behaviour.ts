/** What the pod process knows of a pod, read from the object once. */
export interface Pod {
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly address: string
  /** The image tag of the first container. */
  readonly version: string
  readonly ready: boolean
  readonly behaviour: Behaviour
}

export interface Behaviour {
  /** Between 0 and 1: the share of requests that are answered with 500. */
  readonly errorShare: number
  readonly delayMs: number
  /** A process that crashes accepts no connection. */
  readonly crashes: boolean
}

export const annotationPrefix = 'pod.sluice.test/'

/** Reads a Pod as the API server gives it; undefined while it has no address, or will never have one again. */
export function parsePod(object: unknown): Pod | undefined {
  const { metadata, spec, status } = object as PodShape
  const address = status?.podIP
  if (!address || status.phase !== 'Running') return undefined
  const annotations = metadata.annotations ?? {}
  return {
    uid: metadata.uid,
    name: metadata.name,
    namespace: metadata.namespace,
    address,
    version: tagOf(spec.containers[0]?.image ?? ''),
    ready: (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    behaviour: {
      errorShare: numberOf(annotations[`${annotationPrefix}error-share`]),
      delayMs: numberOf(annotations[`${annotationPrefix}delay-ms`]),
      crashes: annotations[`${annotationPrefix}crash`] !== undefined,
    },
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

/** Decides one request. `chance` is drawn evenly from 0 to 1. */
export function decideAnswer(pod: Pod | undefined, chance: number): Answer {
  if (pod === undefined || pod.behaviour.crashes) return { kind: 'reset' }
  const afterMs = pod.behaviour.delayMs
  if (!pod.ready) return { kind: 'answer', status: 503, afterMs }
  return { kind: 'answer', status: chance < pod.behaviour.errorShare ? 500 : 200, afterMs }
}

function numberOf(text: string | undefined): number {
  const value = Number(text ?? 0)
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
  }
}
