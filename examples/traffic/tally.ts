/** How one request ended. */
export type Outcome =
  | { readonly kind: 'answer'; readonly version: string; readonly status: number }
  | { readonly kind: 'lost'; readonly why: LossReason }

export type LossReason = 'reset' | 'timeout' | 'refused' | 'other'

/** What happened between two marks. */
export interface Tally {
  readonly total: number
  /** Requests without an answer, and answers of 500 and above. */
  readonly failed: number
  /** Requests without an answer, by reason. */
  readonly lost: Readonly<Record<LossReason, number>>
  readonly statuses: Readonly<Record<number, number>>
  /** Per version; an answer that names none (the gateway's own 503) is under `none`. */
  readonly versions: Readonly<Record<string, VersionTally>>
  readonly durationMs: number
  /** Of all answers below 500 the part that this version gave, 0 to 1. */
  share(version: string): number
}

export interface VersionTally {
  readonly answers: number
  readonly statuses: Readonly<Record<number, number>>
  /** Milliseconds since the epoch. */
  readonly firstAtMs: number
  readonly lastAtMs: number
}

/** A point in a journal. */
export type Mark = number

/** All outcomes in the order they came, so that any period can be summed up afterwards. */
export class Journal {
  readonly #outcomes: Outcome[] = []
  readonly #atMs: number[] = []
  /** The few outcomes that there are, each once: a journal is kept for as long as the load runs. */
  readonly #known = new Map<string, Outcome>()

  add(outcome: Outcome, atMs: number): void {
    const key = outcome.kind === 'lost' ? outcome.why : `${outcome.status} ${outcome.version}`
    const known = this.#known.get(key) ?? outcome
    this.#known.set(key, known)
    this.#outcomes.push(known)
    this.#atMs.push(atMs)
  }

  get size(): number {
    return this.#outcomes.length
  }

  mark(): Mark {
    return this.#outcomes.length
  }

  /** The first outcome at or after a moment. */
  markAt(atMs: number): Mark {
    let [from, to] = [0, this.#atMs.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#atMs[middle] ?? 0) < atMs) from = middle + 1
      else to = middle
    }
    return from
  }

  tally(from: Mark, to: Mark): Tally {
    const lost: Record<LossReason, number> = { reset: 0, timeout: 0, refused: 0, other: 0 }
    const statuses: Record<number, number> = {}
    const versions: Record<string, MutableVersionTally> = {}
    let failed = 0
    let served = 0
    const servedBy: Record<string, number> = {}
    for (let index = from; index < to; index++) {
      const outcome = this.#outcomes[index]
      const atMs = this.#atMs[index] ?? 0
      if (outcome === undefined) continue
      if (outcome.kind === 'lost') {
        lost[outcome.why] += 1
        failed += 1
        continue
      }
      const { version, status } = outcome
      statuses[status] = (statuses[status] ?? 0) + 1
      const entry = versions[version] ?? { answers: 0, statuses: {}, firstAtMs: atMs, lastAtMs: atMs }
      versions[version] = entry
      entry.answers += 1
      entry.statuses[status] = (entry.statuses[status] ?? 0) + 1
      entry.lastAtMs = atMs
      if (status >= 500) failed += 1
      else {
        served += 1
        servedBy[version] = (servedBy[version] ?? 0) + 1
      }
    }
    return {
      total: Math.max(0, to - from),
      failed,
      lost,
      statuses,
      versions,
      durationMs: (this.#atMs[to - 1] ?? 0) - (this.#atMs[from] ?? 0),
      share: (version) => (served === 0 ? 0 : (servedBy[version] ?? 0) / served),
    }
  }
}

interface MutableVersionTally {
  answers: number
  statuses: Record<number, number>
  firstAtMs: number
  lastAtMs: number
}
