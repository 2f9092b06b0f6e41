import type { AnalysisRun } from '../../api/analysis-run.ts'
import type { Step } from '../../api/rollout.ts'
import type { Release, RolloutStatus } from '../../api/status.ts'
import { analysesOf, turnedDown, wentWithout } from '../analyses-at-work.ts'
import { currentStep, hasUnseenUpdate, isRolling, type Look, markOf, type RouteLook, type Side } from '../look.ts'
import { analysisBranches, shownWhole, verdictMark } from './analysis.ts'
import { withoutShown } from './analysis-told.ts'
import { decisionBranches } from './decisions.ts'
import { gateBranch } from './gate.ts'
import { gateText, imageTags, markSpan, phaseSpan, targetText, told, untilText } from './marks.ts'
import { rejectedLine } from './rejected.ts'
import { dim, type Line, type Span, span, strong, words } from './spans.ts'
import type { Branch } from './tree.ts'

export interface TreeOptions {
  readonly now: number
  /** Decisions shown, newest first. */
  readonly decisions: number
}

/** A Rollout as a tree: what runs, who gets what, where the steps stand, what it waits for and what to type. */
export function rolloutTree(look: Look, options: TreeOptions): Branch {
  return {
    key: 'rollout',
    text: titleOf(look),
    children: [
      ...messageOf(look),
      ...sidesOf(look),
      ...rejectedOf(look, options.now),
      ...look.routes.map(routeBranch),
      ...stepsOf(look, options.now),
      ...analysesIn(look, options.now),
      ...waitOf(look, options.now),
      ...decisionBranches(look.status, options.now, options.decisions),
    ],
  }
}

function titleOf({ name, namespace, status, deleting }: Look): Line {
  const phase = status === undefined ? span('not seen yet', 'warn') : phaseSpan(status.phase)
  return words(
    strong(`${namespace}/${name}`),
    phase,
    stageOf(status?.release),
    deleting ? span('(being deleted)', 'warn') : undefined,
  )
}

function stageOf(release: Release | undefined): string {
  if (release === undefined) return ''
  if (release.stage !== undefined) return release.stage
  return `step ${release.step}/${release.steps}${release.paused === undefined ? '' : ' paused'}`
}

function messageOf(look: Look): Branch[] {
  if (look.specProblems.length > 0) {
    return look.specProblems.map((problem) => ({ key: 'problem', label: 'problem', text: [span(problem, 'bad')] }))
  }
  const unseen = hasUnseenUpdate(look) ? [{ key: 'held', label: 'held', text: heldText(look) }] : []
  const message = look.status?.message ?? 'the controller has not looked at it yet: does it run? (`sluice controller`)'
  return [...(saysMore(look) ? [{ key: 'message', text: words(told(message)) }] : []), ...unseen]
}

/** The wait has a line of its own: a message that only repeats it is left out. */
const saysMore = ({ status }: Look): boolean => status === undefined || !repeatsWait(status)

/** A sentence begins with a capital letter, and the wait does not. */
export const repeatsWait = ({ message, waiting }: RolloutStatus): boolean =>
  waiting !== undefined && message.toLowerCase().includes(waiting.message.toLowerCase())

const heldText = ({ workload }: Look): Line =>
  words(
    span('an update', 'warn'),
    imageTags(workload?.images ?? []),
    dim('is held; the controller has not answered it yet'),
  )

function rejectedOf(look: Look, now: number): Branch[] {
  const { status } = look
  const rejected = status === undefined ? undefined : turnedDown(status)
  if (status === undefined || rejected === undefined) return []
  const why = withoutShown(rejected.message, shownWhole(status))
  const isSaid = told(status.waiting?.message ?? '').includes(why)
  return [{ key: 'rejected', label: 'rejected', text: rejectedLine(look, rejected, now, isSaid ? '' : why) }]
}

function sidesOf(look: Look): Branch[] {
  const { stable, canary } = look
  return [
    ...(stable === undefined ? [] : [sideBranch(isRolling(look) ? 'workload' : 'stable', stable)]),
    ...(canary === undefined ? [] : [sideBranch('canary', canary)]),
  ]
}

function sideBranch(key: string, side: Side): Branch {
  const whole = side.ready >= side.wanted
  const pods = span(`${side.ready}/${side.wanted} ready`, whole ? 'good' : 'warn')
  return {
    key,
    label: key,
    text: words(strong(imageTags(side.images)), dim(side.revision ?? ''), pods),
    children: troubleOf(side),
  }
}

const mostTrouble = 3

function troubleOf({ trouble }: Side): Branch[] {
  const shown = trouble.slice(0, mostTrouble).map(({ pod, reason }) => ({
    key: 'pod',
    text: words(span('✖', 'bad'), pod, span(reason, 'bad')),
  }))
  const more = trouble.length - shown.length
  return more > 0 ? [...shown, { key: 'pods', text: [dim(`and ${more} more not ready`)] }] : shown
}

function routeBranch({ kind, name, asked, says, object }: RouteLook): Branch {
  const agrees = asked === undefined || (says ?? 0) === asked
  const share = span(`${says ?? 0} % to the canary`, agrees ? 'plain' : 'warn')
  return {
    key: 'traffic',
    label: 'traffic',
    text: words(
      `${kind} ${name}`,
      share,
      agrees ? undefined : span(`(${asked} % asked)`, 'warn'),
      dim(object === undefined ? '' : `by ${object}`),
    ),
  }
}

function stepsOf(look: Look, now: number): Branch[] {
  const steps = look.spec?.strategy.canary.steps ?? []
  if (steps.length === 0) return []
  const children = steps.map((step, index) => stepBranch(look, step, index + 1, now))
  return [{ key: 'steps', label: 'steps', text: [], children }]
}

function stepBranch(look: Look, step: Step, number: number, now: number): Branch {
  const mark = markOf(look.status, number)
  const gates = step.gates.map(gateText).join(', ')
  const tone = mark === 'open' ? dim : (text: string) => span(text)
  const without = mark === 'done' && look.status !== undefined ? wentWithout(look.status, number) : []
  const text = words(
    without.length > 0 ? verdictMark('inconclusive') : markSpan(mark),
    tone(`${number}`),
    tone(targetText(step)),
    dim(gates),
    ...without.map(withoutSpan),
  )
  const release = look.status?.release
  const open = mark === 'current' && release !== undefined && step === currentStep(look)
  return { key: `${number}`, text, children: open ? step.gates.map((gate) => gateBranch(gate, release, now)) : [] }
}

const withoutSpan = ({ analysis, acceptedBy }: AnalysisRun): Span =>
  span(`no verdict of ${analysis}${acceptedBy === undefined ? '' : `, accepted by ${acceptedBy}`}`, 'warn')

const analysesIn = ({ status }: Look, now: number): readonly Branch[] =>
  status === undefined ? [] : analysisBranches(analysesOf(status), status, now)

function waitOf({ status }: Look, now: number): Branch[] {
  const waiting = status?.waiting
  if (status === undefined || waiting === undefined) return []
  const until = waiting.until === undefined ? undefined : dim(`(${untilText(waiting.until, now)})`)
  return [
    {
      key: 'waiting',
      label: 'waiting',
      text: words(span(withoutShown(waiting.message, shownWhole(status)), 'warn'), until),
    },
    { key: 'next', label: 'next', text: [strong(told(waiting.next))] },
  ]
}
