import type { RolloutStatus } from '../../api/status.ts'
import { analysesOf, decidingRuns } from '../analyses-at-work.ts'
import { hasUnseenUpdate, type Look } from '../look.ts'
import { adviceBranches, endingEvidence, lackingBranches, rejectedEvidence } from './analysis-explain.ts'
import { withoutShown } from './analysis-told.ts'
import { decisionBranches } from './decisions.ts'
import { ageText, phaseSpan, timeText, told, untilText } from './marks.ts'
import { rejectedLine } from './rejected.ts'
import { repeatsWait } from './rollout-tree.ts'
import { dim, type Line, span, strong, words } from './spans.ts'
import type { Branch } from './tree.ts'

/** Why it is where it is, since when, what it waits for and until when, and what to type. */
export function explanation(look: Look, now: number): Branch {
  const { name, namespace, status } = look
  const title = status === undefined ? span('not seen yet', 'warn') : phaseSpan(status.phase)
  const problems = look.specProblems.map((problem) => branch('problem', [span(problem, 'bad')]))
  return {
    key: 'rollout',
    text: words(strong(`${namespace}/${name}`), title, dim(sinceText(status, now))),
    children: [
      ...problems,
      ...unseenOf(look),
      ...(status === undefined ? [notSeen(name)] : reasonsOf(look, status, now)),
    ],
  }
}

const branch = (key: string, text: Line, children: readonly Branch[] = []): Branch => ({
  key,
  label: key,
  text,
  children,
})

const notSeen = (name: string): Branch =>
  branch('why', words(`no controller has looked at ${name} yet; start one: sluice controller`))

/** The controller has yet to answer what the workload holds: what follows is from before that. */
const unseenOf = (look: Look): readonly Branch[] =>
  hasUnseenUpdate(look)
    ? [branch('held', words(span('an update is held', 'warn'), 'and the controller has not answered it yet'))]
    : []

function reasonsOf(look: Look, status: RolloutStatus, now: number): readonly Branch[] {
  const { ending, rejected, bypass, waiting } = status
  const evidenceFor = rejected === undefined ? [] : decidingRuns(analysesOf(status), rejected.by)
  return [
    branch('why', words(withoutShown(status.message, evidenceFor))),
    ...(ending === undefined
      ? []
      : [
          branch(
            'because',
            words(told(ending.message), dim(`(${ending.cause}, by ${ending.by})`)),
            endingEvidence(status, now),
          ),
        ]),
    ...(rejected === undefined
      ? []
      : [
          branch(
            'rejected',
            rejectedLine(look, rejected, now, withoutShown(rejected.message, evidenceFor)),
            ending === undefined ? rejectedEvidence(status, now) : [],
          ),
        ]),
    ...(bypass === undefined
      ? []
      : [branch('bypass', words(`by ${bypass.by} since ${timeText(bypass.since, now)}:`, bypass.reason))]),
    ...(waiting === undefined || repeatsWait(status)
      ? []
      : [branch('waiting', words(span(told(waiting.message), 'warn'), dim(`(${waiting.reason})`)))]),
    ...lackingBranches(look, now),
    ...adviceBranches(status),
    ...troubleOf(look.canary),
    branch('until', words(untilOf(status, now))),
    branch('type', [strong(told(nextOf(look.name, look.namespace, status)))]),
    ...conditionsOf(status, now),
    ...decisionBranches(status, now, 5),
  ]
}

const troubleOf = (side: Look['canary']): readonly Branch[] =>
  (side?.trouble ?? []).slice(0, 5).map(({ pod, reason }) => branch('pod', words(pod, span(reason, 'bad'))))

function untilOf({ waiting, phase }: RolloutStatus, now: number): string {
  if (waiting?.until !== undefined) return untilText(waiting.until, now).replace(/^until /, '')
  if (waiting?.reason === 'AnalysisAway') return 'its deadline stands still'
  if (waiting !== undefined) return 'no deadline'
  return phase === 'Healthy' ? 'the next update' : 'it goes on by itself'
}

function nextOf(name: string, namespace: string, { waiting, phase }: RolloutStatus): string {
  if (waiting !== undefined) return waiting.next
  return phase === 'Healthy'
    ? 'nothing: change the workload, as with helm upgrade'
    : `nothing; to watch: sluice status ${name} -n ${namespace} --watch`
}

/** Since the newest thing that is stamped. */
function sinceText(status: RolloutStatus | undefined, now: number): string {
  if (status === undefined) return ''
  const { release, rejected, bypass, drainSince } = status
  const times = [
    release?.startedAt,
    release?.stepStartedAt,
    release?.gatesOpenedAt,
    release?.stageStartedAt,
    drainSince,
    bypass?.since,
    release === undefined ? rejected?.at : undefined,
  ]
  const newest = times.flatMap((time) => (time === undefined ? [] : [Date.parse(time)])).sort((a, b) => b - a)[0]
  return newest === undefined ? '' : `since ${timeText(new Date(newest).toISOString(), now)}, ${ageText(now - newest)}`
}

function conditionsOf({ conditions }: RolloutStatus, now: number): readonly Branch[] {
  const wrong = conditions.filter(({ type, status }) => status !== (type === 'Stalled' ? 'False' : 'True'))
  return wrong.map(({ type, status, reason, message, lastTransitionTime }) =>
    branch(
      type.toLowerCase(),
      words(span(`${status}: ${reason}`, 'bad'), message, dim(`since ${timeText(lastTransitionTime, now)}`)),
    ),
  )
}
