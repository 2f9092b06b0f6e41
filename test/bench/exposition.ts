/** Numbers that a process serves in Prometheus' text format: what grew between two looks. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export function samplesIn(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    return name === '' ? [] : [{ name, labels: labelsIn(labels), value: Number(value) }]
  })
}

const labelsIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, value]))

/** The sum of all series of that name with these labels. */
export function sumOf(samples: readonly Sample[], name: string, labels: Sample['labels'] = {}): number {
  return matching(samples, name, labels).reduce((sum, { value }) => sum + value, 0)
}

export function grown(before: readonly Sample[], after: readonly Sample[]) {
  return (name: string, labels: Sample['labels'] = {}): number =>
    sumOf(after, name, labels) - sumOf(before, name, labels)
}

export interface Quantiles {
  readonly n: number
  readonly p50: number
  readonly p99: number
  /** The highest bound of a bucket: who comes to it may have come to more. */
  readonly top: number
}

/** Of what a histogram of seconds has taken in between two looks, in milliseconds; within a bucket it is interpolated. */
export function quantilesOf(
  before: readonly Sample[],
  after: readonly Sample[],
  name: string,
  labels: Sample['labels'] = {},
): Quantiles {
  const bucketsAfter = bucketsOf(after, name, labels)
  const bucketsBefore = bucketsOf(before, name, labels)
  const buckets = [...bucketsAfter]
    .map(([le, count]) => ({ leMs: le * 1_000, count: count - (bucketsBefore.get(le) ?? 0) }))
    .toSorted((a, b) => a.leMs - b.leMs)
  const n = buckets.at(-1)?.count ?? 0
  const top = Math.max(0, ...buckets.map(({ leMs }) => leMs).filter(Number.isFinite))
  return { n, top, p50: rankedAt(buckets, 0.5 * n), p99: rankedAt(buckets, 0.99 * n) }
}

type Buckets = readonly { readonly leMs: number; readonly count: number }[]

function rankedAt(buckets: Buckets, rank: number): number {
  const index = buckets.findIndex(({ count }) => count >= rank)
  const [below, at] = [buckets[index - 1], buckets[index]]
  if (at === undefined) return Number.NaN
  const { leMs: fromMs, count: under } = below ?? { leMs: 0, count: 0 }
  if (!Number.isFinite(at.leMs) || at.count === under) return fromMs
  return fromMs + ((at.leMs - fromMs) * (rank - under)) / (at.count - under)
}

function bucketsOf(samples: readonly Sample[], name: string, labels: Sample['labels']): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { labels: of, value } of matching(samples, `${name}_bucket`, labels)) {
    const le = of['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(of['le'])
    counts.set(le, (counts.get(le) ?? 0) + value)
  }
  return counts
}

function matching(samples: readonly Sample[], name: string, labels: Sample['labels']): readonly Sample[] {
  const wanted = Object.entries(labels)
  return samples.filter((one) => one.name === name && wanted.every(([label, value]) => one.labels[label] === value))
}
