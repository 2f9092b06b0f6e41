import type { RolloutStatus } from '../../api/status.ts'
import { stepOfEnd } from '../analyses-at-work.ts'
import type { Look } from '../look.ts'
import { imageTags, timeText } from './marks.ts'
import { dim, type Line, strong, words } from './spans.ts'

type Rejected = NonNullable<RolloutStatus['rejected']>

/** `v2 bbbbbbbbbb at step 2 by analysis success-rate at 12:01:05Z: why`: which version was turned down, where and by whom. */
export function rejectedLine(look: Look, { revision, by, at }: Rejected, now: number, why = ''): Line {
  const step = look.status === undefined ? undefined : stepOfEnd(look.status)
  return words(
    strong(versionOf(look, revision)),
    dim(revision),
    step === undefined ? undefined : `at step ${step}`,
    `by ${by}`,
    dim(`at ${timeText(at, now)}${why === '' ? '' : ':'}`),
    why,
  )
}

/** The tag that a person knows it by; empty when nothing here has its images any more. */
export function versionOf({ workload, canary }: Look, revision: string): string {
  if (workload?.revision === revision) return imageTags(workload.images)
  return canary?.revision === revision ? imageTags(canary.images) : ''
}
