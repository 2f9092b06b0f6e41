import { randomBytes } from 'node:crypto'
import type { Verb } from '../api/decision.ts'
import { decisionResource } from '../api/names.ts'
import { whoAmI } from '../rollout-controller/identity.ts'
import { byHandWay } from './bypass-by-hand.ts'
import { type Life, lifeOf, lifeText } from './controller-life.ts'
import { askFor, decisionObject } from './decide.ts'
import { CliError } from './errors.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { follow } from './follow.ts'
import { type Goal, startOf } from './goal.ts'
import type { Look } from './look.ts'
import { lookAt } from './look-at.ts'
import type { Context, Session } from './session.ts'
import { answerTo } from './settled.ts'
import { verbTexts } from './verbs.ts'
import { approvedLines } from './view/analysis-explain.ts'
import { imageTags, told } from './view/marks.ts'
import { type Line, paint, span, strong, words } from './view/spans.ts'
import { readWorld } from './world.ts'

export interface Wish {
  readonly verb: Verb
  readonly name: string
  readonly reason?: string
  /** `--wait`. */
  readonly goal?: Goal
  readonly timeoutMs?: number
}

/** How long the controller is given to answer before we look whether it runs at all. */
const answerMs = 5_000

/** Reads, binds, records, and says what the controller made of it. */
export async function decide(context: Context, session: Session, wish: Wish): Promise<ExitCode> {
  const { signal } = context
  const look = lookAt(await readWorld(session, wish.name, signal))
  const asked = askFor(wish.verb, look)
  if (asked.kind === 'refuse') throw new CliError(exitCodes.failed, asked.why)
  if (wish.verb === 'bypass') await refuseWithoutController(context, session, look)
  if (asked.about !== '')
    say(context, words(wish.verb, strong(`${look.namespace}/${look.name}`), asked.about, versionText(look)))
  for (const line of measuredOf(wish.verb, look)) say(context, line)
  const by = await whoAmI(session.client, signal)
  const suffix = randomBytes(4).toString('hex')
  const { verb, reason } = wish
  const object = decisionObject(look, asked.binding, { verb, by, suffix, ...(reason === undefined ? {} : { reason }) })
  const created = await session.client.create(decisionResource, object, {}, signal)
  const answer = await answerTo(session, created, answerMs, signal)
  if (answer === undefined) return unanswered(context, session, wish, created.metadata.name)
  if (answer.outcome === 'Refused') throw new CliError(exitCodes.failed, `Refused: ${answer.message}`)
  say(
    context,
    words(
      span('✔', 'good'),
      by,
      verbTexts[verb].done,
      strong(look.name),
      answer.message === '' ? undefined : `- ${answer.message}`,
    ),
  )
  if (wish.goal !== undefined) return waitFor(context, session, wish, look)
  await sayNext(context, session, wish.name)
  return exitCodes.ok
}

const say = ({ terminal }: Context, line: Line): void => terminal.out(paint(line, terminal.colours))

/** Whoever answers a gate sees what the analyses say at that moment, those that only advise as well. */
const measuredOf = (verb: Verb, { status }: Look): readonly Line[] =>
  (verb === 'approve' || verb === 'reject') && status !== undefined ? approvedLines(status) : []

function versionText({ canary, workload }: Look): string {
  const images = imageTags(canary?.images ?? workload?.images ?? [])
  return canary === undefined ? `(${images})` : `(${images}, ${canary.ready}/${canary.wanted} pods ready)`
}

async function sayNext(context: Context, session: Session, name: string): Promise<void> {
  const { status } = lookAt(await readWorld(session, name, context.signal))
  if (status === undefined) return
  say(context, words(strong(status.phase), '-', told(status.waiting?.message ?? status.message)))
  if (status.waiting !== undefined) say(context, words('next:', told(status.waiting.next)))
}

/** A rollback that was asked for and came is a success. */
async function waitFor(context: Context, session: Session, wish: Wish, look: Look): Promise<ExitCode> {
  const { name, goal = 'rollout', timeoutMs } = wish
  const code = await follow(context, session, {
    name,
    goal,
    start: startOf(look),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
  const wanted = wish.verb === 'rollback' || wish.verb === 'reject'
  return wanted && code === exitCodes.rolledBack ? exitCodes.ok : code
}

/** The decision is stored, so it is not lost: but nobody has taken it. */
async function unanswered(
  context: Context,
  session: Session,
  { verb, name }: Wish,
  decision: string,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const life = await lifeOf(session, terminal.now(), signal)
  terminal.err(
    paint(
      words(span('warning:', 'warn'), `${verb} is recorded as Decision ${decision}, but ${lifeText(life)}.`),
      terminal.colours,
    ),
  )
  terminal.err(
    life.kind === 'alive'
      ? `It will be taken; see: sluice status ${name} --watch`
      : 'It will be taken as soon as a controller runs; start one here: sluice controller',
  )
  return verb === 'rollback' ? exitCodes.ok : exitCodes.timedOut
}

/** Going around Sluice is what one wants when Sluice is down: then the way by hand is the way. */
async function refuseWithoutController({ terminal, signal }: Context, session: Session, look: Look): Promise<void> {
  const life: Life = await lifeOf(session, terminal.now(), signal)
  if (life.kind === 'alive' || life.kind === 'unknown') return
  throw new CliError(exitCodes.failed, `Cannot bypass through the controller: ${lifeText(life)}. ${byHandWay(look)}`)
}
