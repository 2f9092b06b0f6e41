import { CliError } from './errors.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { type Goal, reached, type Start, startOf } from './goal.ts'
import { createLiveView } from './live.ts'
import { lookAt } from './look-at.ts'
import type { Context, Session } from './session.ts'
import type { OutputFormat } from './view/print.ts'
import { followWorld } from './world.ts'

export interface FollowOptions {
  readonly name: string
  /** Ends when this is reached; absent: goes on until it is interrupted. */
  readonly goal?: Goal
  /** Where the wait counts from; absent: from the first look. */
  readonly start?: Start
  readonly timeoutMs?: number
  readonly format?: OutputFormat
}

/** Shows a Rollout as it changes, until its goal, its end, the timeout or Ctrl-C. */
export async function follow(context: Context, session: Session, options: FollowOptions): Promise<ExitCode> {
  const { terminal, signal } = context
  const view = createLiveView(terminal, options.format)
  const timeout = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs)
  const until = timeout === undefined ? signal : AbortSignal.any([signal, timeout])
  try {
    return await watch(context, session, options, (look) => view.show(look), until)
  } catch (error) {
    if (timeout?.aborted === true && !signal.aborted) throw timedOut(options)
    if (signal.aborted && options.goal === undefined) return exitCodes.ok // a watch that was watched long enough
    throw error
  } finally {
    view.close()
  }
}

async function watch(
  { terminal, signal }: Context,
  session: Session,
  { name, goal, start, format }: FollowOptions,
  show: (look: ReturnType<typeof lookAt>) => void,
  until: AbortSignal,
): Promise<ExitCode> {
  let from = start
  for await (const world of followWorld(session, name, until)) {
    const look = lookAt(world)
    from ??= startOf(look)
    show(look)
    const outcome = goal === undefined ? undefined : reached(goal, from, look)
    if (outcome?.kind !== 'reached') continue
    if (format === undefined) terminal.err(outcome.message)
    return outcome.exitCode
  }
  if (until.aborted) throw signal.aborted ? signal.reason : until.reason
  terminal.err(`Rollout ${session.namespace}/${name} is gone`)
  return goal === undefined ? exitCodes.ok : exitCodes.notFound
}

function timedOut({ name, goal = 'rollout' }: FollowOptions): CliError {
  const what = goal === 'step' ? 'its step' : 'its release'
  return new CliError(
    exitCodes.timedOut,
    `${name} did not end ${what} in time; see what it waits for: sluice explain ${name}`,
  )
}
