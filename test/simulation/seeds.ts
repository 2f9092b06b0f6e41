import { play } from './play.ts'
import type { Simulator } from './simulator.ts'
import { storyOf } from './story.ts'
import { added, nothingYet, type Summary, summaryOf } from './summary.ts'

const reportEvery = 50

/** Plays the stories of the seeds `from`, `from + step` … below `to`, and hands over what they came to every now and then. */
export async function playSeeds(
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
  simulator: Simulator,
  report: (summary: Summary) => void,
): Promise<void> {
  let summary = nothingYet
  for (let seed = from; seed < to; seed += step) {
    summary = added(summary, summaryOf(await play(storyOf(String(seed)), simulator)))
    if (summary.runs < reportEvery && summary.failed === 0) continue
    report(summary)
    summary = nothingYet
    await new Promise((resolve) => setImmediate(resolve)) // lets the report leave
  }
  report(summary)
}
