import { classAnnotation } from './ingress.ts'

/** The annotations of ingress-nginx that a canary is made of (docs/traffic-nginx.md). */
type Annotations = Readonly<Record<string, string>>

export const nginxPrefix = 'nginx.ingress.kubernetes.io/'
const canaryKey = `${nginxPrefix}canary`
const weightKey = `${nginxPrefix}canary-weight`
const weightTotalKey = `${nginxPrefix}canary-weight-total`
const matchPrefix = `${nginxPrefix}canary-by-`
const affinityKey = `${nginxPrefix}affinity`
const passthroughKey = `${nginxPrefix}ssl-passthrough`

/** What ingress-nginx takes for true (Go's `strconv.ParseBool`). */
const truths: readonly string[] = ['1', 't', 'T', 'true', 'TRUE', 'True']
const isTrue = (value: string | undefined): boolean => value !== undefined && truths.includes(value)

export const isCanary = (annotations: Annotations): boolean => isTrue(annotations[canaryKey])
export const passesTlsThrough = (annotations: Annotations): boolean => isTrue(annotations[passthroughKey])

/** Cookies keep a client on the side that served it, also at weight 0. */
export const isSticky = (annotations: Annotations): boolean => annotations[affinityKey] !== undefined

/** Headers and cookies that choose the canary, whatever the weight. */
export const hasMatches = (annotations: Annotations): boolean =>
  Object.keys(annotations).some((key) => key.startsWith(matchPrefix))

const isCanaryKey = (key: string): boolean => key === canaryKey || key.startsWith(`${canaryKey}-`)

/** What a canary has in common with its main Ingress: rewrites, protocols, affinity; never what makes it a canary. */
export const commonAnnotations = (annotations: Annotations): Annotations =>
  pick(annotations, (key) => key.startsWith(nginxPrefix) && !isCanaryKey(key))

/** What others put on our Ingress and no gateway reads. */
export const foreignAnnotations = (annotations: Annotations): Annotations =>
  pick(annotations, (key) => !key.startsWith(nginxPrefix) && key !== classAnnotation)

const pick = (annotations: Annotations, wanted: (key: string) => boolean): Annotations =>
  Object.fromEntries(Object.entries(annotations).filter(([key]) => wanted(key)))

/** The canary annotations for a share; `common` says of how many parts a whole is, if finer than percent. */
export function canaryAnnotations(percent: number, common: Annotations): Annotations {
  const total = weightTotalOf(common)
  return {
    [canaryKey]: 'true',
    [weightKey]: String(weightFor(percent, total)),
    ...(total === percentTotal ? {} : { [weightTotalKey]: String(total) }),
  }
}

/** The share that a canary's annotations ask for, in percent. */
export function percentOf(annotations: Annotations): number {
  if (!isCanary(annotations)) return 0
  const total = weightTotalOf(annotations)
  const weight = Math.min(countOf(annotations[weightKey]) ?? 0, total)
  const rounded = Math.round((weight * 100) / total)
  return weightFor(rounded, total) === weight ? rounded : (weight * 100) / total
}

const weightFor = (percent: number, total: number): number => Math.round((percent * total) / 100)

const percentTotal = 100

/** ingress-nginx and Traefik both ignore a total under 100: percent could not be written in it. */
function weightTotalOf(annotations: Annotations): number {
  return Math.max(countOf(annotations[weightTotalKey]) ?? percentTotal, percentTotal)
}

const countOf = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined
