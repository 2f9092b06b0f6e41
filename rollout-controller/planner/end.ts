import type { Ending, Rejected, Release } from '../../api/status.ts'
import type { Problem } from '../snapshot.ts'
import { forTheRecord } from './analyses.ts'
import { type Go, go, stamp, type Turn, type View } from './turn.ts'
import { isBypassed, stableRevision } from './view.ts'

/** All traffic to stable, then the copy goes: the way out of every state in which the workload itself does not roll. */
export function beginRollBack(view: View, ending: Ending): Go {
  return go(view, ending.cause === 'leftover' ? 'leftover' : 'rollback-begins', rollBackChanges(view, ending), {
    type: ending.cause === 'superseded' || ending.cause === 'returned' ? 'Normal' : 'Warning',
    reason: 'RollingBack',
    note: `all traffic goes back to the stable version: ${ending.message}`,
  })
}

function rollBackChanges(view: View, ending: Ending) {
  const { release } = view.status
  return {
    phase: 'RollingBack',
    ending,
    drainSince: undefined,
    ...rejection(view, ending),
    release: release && unmeasured(release),
  } as const
}

/** The workload rolls back to its stable template while the copy keeps the traffic. */
export function beginRestore(
  view: View,
  ending: Ending,
  transition: 'restore-begins' | 'slipped',
  wanted?: string,
): Go {
  const { release } = view.status
  const changes = {
    phase: 'Restoring',
    ending,
    drainSince: undefined,
    wanted,
    ...rejection(view, ending),
    release: release && restoring(release),
  } as const
  return go(view, transition, changes, { type: 'Warning', reason: 'Restoring', note: ending.message })
}

function restoring(release: Release) {
  const { stage: _stage, ...rest } = unmeasured(release)
  return rest
}

/** What was measured is on the record of the rejection, or of no use any more. */
function unmeasured({ analyses: _analyses, ...release }: Release): Release {
  return release
}

/** Only a person's no, a verdict and a missed deadline turn a revision down; the other endings say nothing about it. */
const turnsDown: ReadonlySet<Ending['cause']> = new Set(['rollback', 'deadline', 'analysis'])

function rejection(view: View, ending: Ending): { readonly rejected?: Rejected } {
  const revision = view.status.release?.revision
  if (revision === undefined || !turnsDown.has(ending.cause)) return {}
  const analyses = view.status.release?.analyses
  const measured = analyses === undefined ? {} : { analyses: analyses.map(forTheRecord) }
  return { rejected: { revision, at: stamp(view.now), by: ending.by, message: ending.message, ...measured } }
}

/** What ends a release from outside while the workload is still held: its end, a bypass, another template, a lifted hold. */
export function interrupted(view: View): Turn | undefined {
  const { workload, status } = view
  const release = status.release
  if (!release) return beginRollBack(view, leftover)
  if (!workload || workload.uid !== status.stable?.workloadUid) return beginRollBack(view, workloadGone)
  if (isBypassed(view)) return beginRollBack(view, { cause: 'bypass', by: 'bypass', message: 'bypass was asked for' })
  if (workload.revision === stableRevision(view)) return beginRollBack(view, returned)
  if (!workload.paused) {
    return beginRestore(view, slippedEnding, 'slipped', workload.revision)
  }
  if (workload.revision !== release.revision) return beginRollBack(view, superseded(workload.revision))
  if (view.copy && view.copy.revision !== release.revision) return beginRollBack(view, leftover)
  return undefined
}

const workloadGone: Ending = { cause: 'workload-gone', by: 'sluice', message: 'the workload is gone' }
export const leftover: Ending = {
  cause: 'leftover',
  by: 'sluice',
  message: 'objects of an earlier release are removed',
}
const returned: Ending = { cause: 'returned', by: 'workload', message: 'the workload has its stable template again' }
export const slippedEnding: Ending = {
  cause: 'slipped',
  by: 'sluice',
  message: 'the update began to roll although it should be held: it is taken back, and will then be canaried',
}
export function superseded(revision: string): Ending {
  return { cause: 'superseded', by: 'workload', message: `revision ${revision} arrived` }
}

/** Appearing in the middle of a release, these do not stop it. */
const onlyBeforeTheStart: ReadonlySet<string> = new Set(['AutoscalerUnsupported'])

/** A metric that cannot be asked says nothing about the new version: nothing passes, and nothing is rolled back for it. */
export function isForAPerson({ reason }: Problem): boolean {
  return reason === 'AnalysisInvalid'
}

export function problemMidway(view: View): Problem | undefined {
  return view.problems.find((problem) => !onlyBeforeTheStart.has(problem.reason))
}
