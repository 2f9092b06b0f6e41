import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { bundleWorker, type Mutation } from './bundle.ts'
import { added, nothingYet, type Summary } from './summary.ts'

export interface CrewOptions {
  readonly runs: number
  /** The first seed; 1. */
  readonly from?: number
  readonly workers?: number
  readonly mutations?: readonly Mutation[]
  /** Ends it early; what was done until then is summed up. */
  readonly signal?: AbortSignal
  /** Hears of all that is done so far; says whether that is enough. */
  readonly onProgress?: (soFar: Summary) => boolean
}

/** Plays many stories on all cores and sums them up. */
export async function playMany({
  runs,
  from = 1,
  workers = availableParallelism(),
  mutations,
  signal,
  onProgress,
}: CrewOptions): Promise<Summary> {
  const bundle = await bundleWorker(mutations)
  let summary = nothingYet
  const crew: Worker[] = []
  const stop = () => {
    for (const worker of crew) void worker.terminate()
  }
  const take = (part: Summary) => {
    summary = added(summary, part)
    if (onProgress?.(summary) === true) stop()
  }
  try {
    const works = Array.from({ length: workers }, (_, index) => {
      const worker = new Worker(bundle.file, {
        workerData: { from: from + index, to: from + runs, step: workers },
        resourceLimits: { maxYoungGenerationSizeMb: 64 }, // a run leaves little but garbage
      })
      crew.push(worker)
      return ended(worker, take)
    })
    signal?.addEventListener('abort', stop, { once: true })
    await Promise.all(works)
    return summary
  } finally {
    signal?.removeEventListener('abort', stop)
    await bundle.remove()
  }
}

function ended(worker: Worker, take: (part: Summary) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', take)
    worker.once('error', reject)
    worker.once('exit', () => resolve())
  })
}
