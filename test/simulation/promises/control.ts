import type { AnalysisScope } from '../../../api/analysis-run.ts'
import type { Decision } from '../../../api/decision.ts'
import { parseDuration } from '../../../api/duration.ts'
import { isRecord, objectsOf, textOf } from '../../../api/json.ts'
import type { Release } from '../../../api/status.ts'
import type { Sight } from '../sight.ts'
import type { Promised } from './moment.ts'

/** 5: no step passes without its gates; an approval is for one attempt and one step as it was shown. */
export const noStepWithoutItsGates: Promised = ({ before, after, chronicle }) => {
  const was = before.rollout?.status?.release
  const is = after.rollout?.status?.release
  if (before.rollout?.status?.phase !== 'Progressing') return undefined
  if (was === undefined || is === undefined || was.attempt !== is.attempt || !hasLeftStep(was, is)) return undefined
  const step = before.rollout?.steps[was.step - 1]
  const asks = objectsOf(step?.['gates']).some((gate) => isRecord(gate['approval']))
  if (!asks) return undefined
  const approved = chronicle.decisions.some((decision) => approves(decision, was))
  return approved ? undefined : `step ${was.step} of ${was.attempt} passed and nobody approved it`
}

const hasLeftStep = (was: Release, is: Release): boolean =>
  is.step > was.step || (was.stage === undefined && is.stage !== undefined)

/** 5: an analysis passes nothing without data, unless a person takes it on, and nothing at all when it fails. */
export const noVerdictOutOfNothing: Promised = ({ before, after, story, chronicle }) => {
  const { analysis } = story.shop
  const was = before.rollout?.status?.release
  const is = after.rollout?.status?.release
  if (analysis === undefined || was === undefined || is?.attempt !== was.attempt) return undefined
  const { phase } = before.rollout?.status ?? {}
  if (phase !== (analysis.scope === 'promotion' ? 'Promoting' : 'Progressing')) return undefined
  if (!hasPassedAnalysis(analysis.scope, was, is)) return undefined
  const isUsed = before.rollout?.uses.includes(analysis.scope) === true
  if (!isUsed) return undefined
  const isTakenOn = wasAsked(before) && chronicle.decisions.some((decision) => approves(decision, was))
  if (isTakenOn) return undefined
  if (analysis.store === 'bad') return `${was.attempt} goes on from ${placeOf(was)} although its analysis fails`
  if (analysis.store !== 'away' && analysis.store !== 'empty') return undefined
  return `${was.attempt} goes on from ${placeOf(was)} without data, and nobody took that on`
}

/** Whether a person had been told that there is no verdict. */
const wasAsked = ({ rollout }: Sight): boolean =>
  rollout?.status?.waiting?.reason === 'AnalysisInconclusive' ||
  rollout?.status?.release?.analyses?.some(({ acceptedBy }) => acceptedBy !== undefined) === true

const approves = ({ verb, attempt, step, stepHash }: Decision, release: Release): boolean =>
  verb === 'approve' && attempt === release.attempt && step === release.step && stepHash === release.stepHash

function hasPassedAnalysis(scope: AnalysisScope, was: Release, is: Release): boolean {
  switch (scope) {
    case 'step':
      return hasLeftStep(was, is)
    case 'background':
      return was.stage === undefined && is.stage !== undefined
    case 'promotion':
      return was.stage === 'Draining' && is.stage === 'Rolling'
    default:
      return scope satisfies never
  }
}

const placeOf = ({ step, stage }: Release): string => stage ?? `step ${step}`

/** 5: a pause lasts as long as the step says, counted from the moment in which its gates opened. */
export const noStepBeforeItsTime: Promised = ({ before, after, chronicle, wallMs }) => {
  const was = before.rollout?.status?.release
  const is = after.rollout?.status?.release
  if (before.rollout?.status?.phase !== 'Progressing' || chronicle.excuses.clockJumped) return undefined
  if (was === undefined || is === undefined || was.attempt !== is.attempt || !hasLeftStep(was, is)) return undefined
  const step = before.rollout.steps[was.step - 1]
  const pauses = objectsOf(step?.['gates']).map((gate) => parseDuration(textOf(gate['pause']) ?? '0s') ?? 0)
  const passedMs = wallMs - Date.parse(was.gatesOpenedAt ?? after.rollout?.status?.release?.stepStartedAt ?? '')
  const longestMs = Math.max(0, ...pauses)
  if (longestMs === 0 || passedMs >= longestMs) return undefined
  return `step ${was.step} of ${was.attempt} passed after ${passedMs} ms of a pause of ${longestMs}`
}

/** 6: an attempt that somebody asked to roll back does not go on. */
export const aRollbackIsObeyed: Promised = ({ actor, nowMs, before, after, chronicle, lagMs }) => {
  const { phase, release } = after.rollout?.status ?? {}
  if (actor !== 'controller' || release === undefined || !isGoingOn(phase, release)) return undefined
  const askedMs = chronicle.rollbacks.get(release.attempt)
  if (askedMs === undefined || nowMs - askedMs < lagMs + longestOutageMs) return undefined
  const was = before.rollout?.status?.release
  const rises = after.routes.some(({ canary = 0 }, index) => canary > (before.routes[index]?.canary ?? 0))
  if (!rises && !(was?.attempt === release.attempt && hasLeftStep(was, release))) return undefined
  return `${release.attempt} goes on ${nowMs - askedMs} ms after somebody asked to roll it back`
}

/** An outage, and the back-off after it. */
const longestOutageMs = 90_000

export const isGoingOn = (phase: string | undefined, release: Release): boolean =>
  phase === 'Progressing' || (phase === 'Promoting' && release.stage !== 'Returning')

/** 5: no more traffic than the step that was reached asks for. */
export const noMoreThanTheStep: Promised = ({ actor, before, after }) => {
  const { status } = after.rollout ?? {}
  const { release, phase } = status ?? {}
  if (actor !== 'controller' || phase !== 'Progressing' || release === undefined) return undefined
  for (const [index, { name, canary = 0 }] of after.routes.entries()) {
    const was = before.routes[index]?.canary ?? 0
    if (canary > was && canary > release.weight) return `${name} gets ${canary} % in a step of ${release.weight} %`
  }
  return undefined
}

/** 5: gates open only when every route that leads to the workload has the step's weight. */
export const gatesOpenOnTheSplit: Promised = ({ before, after, chronicle, lagMs }) => {
  const was = before.rollout?.status?.release
  const is = after.rollout?.status?.release
  if (is?.gatesOpenedAt === undefined || was?.gatesOpenedAt === is.gatesOpenedAt) return undefined
  for (const { name, leadsToWorkload } of after.routes) {
    if (!leadsToWorkload || !is.routes.some((route) => route.name === name)) continue
    const { most, least } = chronicle.shares(name, lagMs)
    if (is.weight < least || is.weight > most)
      return `gates open at ${is.weight} % while ${name} has ${least} to ${most} %`
  }
  return undefined
}

/** 5: while a person has it paused no weight rises and no step passes. */
export const aPauseHolds: Promised = ({ before, after, actor, object }) => {
  const { status } = before.rollout ?? {}
  if (actor !== 'controller' || status?.release?.paused === undefined || status.phase !== 'Progressing')
    return undefined
  for (const [index, { name, canary = 0 }] of after.routes.entries()) {
    if (canary > (before.routes[index]?.canary ?? 0) && object.kind === 'Ingress')
      return `${name} rises while it is paused`
  }
  const is = after.rollout?.status
  const left = is?.release?.attempt === status.release.attempt && hasLeftStep(status.release, is.release)
  return left && is.release.paused !== undefined ? 'a step passes while it is paused' : undefined
}

/** 6: what was turned down is not released again unless somebody says retry. */
export const staysRejected: Promised = ({ before, after, chronicle }) => {
  const { rejected, release: was } = before.rollout?.status ?? {}
  const is = after.rollout?.status?.release
  if (rejected === undefined || is === undefined || is.attempt === was?.attempt || is.revision !== rejected.revision)
    return undefined
  if (chronicle.decisions.some(({ verb }) => verb === 'retry')) return undefined
  return `revision ${rejected.revision} was turned down and is released again, attempt ${is.attempt}`
}

/** 7: an update of a claimed workload rolls only when it is promoted, put back or let around Sluice on the record. */
export const neverUncanariedInSilence: Promised = ({ before, after, chronicle }) => {
  const { workload, rollout } = after
  if (workload === undefined || rollout?.status === undefined || chronicle.excuses.holdWasOff) return undefined
  const begins =
    !workload.paused && (before.workload?.paused === true || before.workload?.revision !== workload.revision)
  if (!begins || before.workload === undefined || before.workload.uid !== workload.uid) return undefined
  const { stable, release, phase, bypass } = rollout.status
  if (phase === 'Terminating' && before.workload.claimedBy === undefined) return undefined // it was handed back
  if (stable?.claimed !== true || workload.revision === stable.revision || workload.bypass !== undefined)
    return undefined
  if (bypass !== undefined || phase === 'Bypassed') return undefined
  if (phase === 'Promoting' && release?.revision === workload.revision && release.stage === 'Rolling') return undefined
  return `revision ${workload.revision} rolls in ${phase} ${release?.stage ?? ''}, stable is ${stable.revision}`
}

/** 8: a newer version pre-empts the one before: no more traffic and no step for what the workload no longer holds. */
export const aNewerVersionPreempts: Promised = ({ actor, before, after, chronicle, lagMs }) => {
  const was = before.rollout?.status?.release
  const is = after.rollout?.status?.release
  if (actor !== 'controller' || is === undefined || after.rollout?.status?.phase !== 'Progressing') return undefined
  if (chronicle.recentRevisions(lagMs).includes(is.revision)) return undefined
  const rises = after.routes.find(({ canary = 0 }, index) => canary > (before.routes[index]?.canary ?? 0))
  if (rises !== undefined) return `${rises.name} rises for ${is.revision}, which the workload no longer holds`
  const steps = was?.attempt === is.attempt && is.step > was.step
  return steps ? `step ${is.step} begins for ${is.revision}, which the workload no longer holds` : undefined
}

/** 8: whatever is waited for has a reason, a sentence and a next action. */
export const everyWaitSaysWhy: Promised = ({ after, object }) => {
  if (object.kind !== 'Rollout') return undefined
  const { waiting, message } = after.rollout?.status ?? {}
  if (waiting === undefined) return undefined
  const isSaid = waiting.reason !== '' && waiting.message !== '' && waiting.next !== '' && message !== ''
  return isSaid ? undefined : `it waits and does not say why: ${JSON.stringify(waiting)}`
}
