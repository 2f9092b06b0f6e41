import { type ExitCode, exitCodes } from './exit-codes.ts'
import { hasUnseenUpdate, type Look } from './look.ts'

/** What `--wait` waits for: the end of the step that was under way, or of the whole release. */
export type Goal = 'step' | 'rollout'

export type Reached =
  | { readonly kind: 'not-yet' }
  | { readonly kind: 'reached'; readonly exitCode: ExitCode; readonly message: string }

/** Where the release stood when the wait began. */
export interface Start {
  readonly attempt?: string
  readonly step?: number
}

export function startOf({ status }: Look): Start {
  const release = status?.release
  return release === undefined ? {} : { attempt: release.attempt, step: release.step }
}

const notYet: Reached = { kind: 'not-yet' }

/** Whether the wait is over, and how it ended. A release that a person must look at goes on being waited for. */
export function reached(goal: Goal, start: Start, look: Look): Reached {
  const { status } = look
  if (status === undefined || hasUnseenUpdate(look)) return notYet
  switch (status.phase) {
    case 'Healthy':
      return healthy(start, look)
    case 'RolledBack':
      return {
        kind: 'reached',
        exitCode: exitCodes.rolledBack,
        message: `rolled back: ${status.rejected?.message ?? status.message}`,
      }
    case 'Bypassed':
      return { kind: 'reached', exitCode: exitCodes.ok, message: `bypassed: ${status.message}` }
    case 'Progressing':
      return goal === 'step' ? stepEnd(start, look) : notYet
    case 'Promoting':
      return goal === 'step'
        ? { kind: 'reached', exitCode: exitCodes.ok, message: 'all steps have passed; it is being promoted' }
        : notYet
    case 'Pending':
    case 'RollingBack':
    case 'Restoring':
    case 'Terminating':
      return notYet
    default:
      return status.phase satisfies never
  }
}

/** Healthy on the revision that was being released is success; on another one the release was taken back. */
function healthy({ attempt }: Start, { status }: Look): Reached {
  const revision = status?.stable?.revision
  const took = attempt === undefined || revision === undefined || attempt.startsWith(revision)
  if (took) return { kind: 'reached', exitCode: exitCodes.ok, message: 'healthy' }
  return {
    kind: 'reached',
    exitCode: exitCodes.rolledBack,
    message: 'healthy again on the version from before: the release was taken back',
  }
}

function stepEnd(start: Start, { status }: Look): Reached {
  const release = status?.release
  if (release === undefined || start.step === undefined) return notYet
  const passed = release.attempt === start.attempt && release.step > start.step
  return passed
    ? { kind: 'reached', exitCode: exitCodes.ok, message: `step ${start.step} of ${release.steps} has passed` }
    : notYet
}
