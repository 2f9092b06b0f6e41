import type { Clock } from '../../api/clock.ts'
import type { Api, WatchFrom } from '../server/api.ts'
import type { Kind } from '../server/kind.ts'
import { Refusal } from '../server/refusal.ts'
import type { Lines, RestAnswer } from './exchange.ts'
import { statusOf } from './status.ts'
import type { Show } from './view.ts'

export interface WatchParts {
  readonly api: Api
  readonly clock: Clock
}

export interface WatchOptions extends WatchFrom {
  readonly bookmarks: boolean
  /** A streaming list: what is there, then a bookmark that says so, then what happens. */
  readonly sendInitialEvents: boolean
  readonly timeoutSeconds: number
}

const bookmarkEveryMs = 60_000
/** A last bookmark comes this long before the end, so that the next watch begins where this one ended. */
const lastBookmarkMs = 2_000
const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' }

/** Writes what happens as lines until the time is up or the client has gone. Throws 400 for a selector that is none. */
export function watchInto(
  lines: Lines,
  { api, clock }: WatchParts,
  kind: Kind,
  options: WatchOptions,
  show: Show,
): RestAnswer {
  const bookmark = (annotations?: Readonly<Record<string, string>>) =>
    lines.write({ type: 'BOOKMARK', object: show.bookmark(api.version(), annotations) })
  const { resourceVersion: _none, ...all } = options
  const unwatch = startWatch(lines, () =>
    api.watch(kind.resource, options.sendInitialEvents ? all : options, ({ type, object }) =>
      lines.write({ type, object: show.object(object) }),
    ),
  )
  if (options.sendInitialEvents) bookmark(initialEventsEnd)
  const endMs = options.timeoutSeconds * 1000
  const stopBookmarks = options.bookmarks ? repeatBookmarks(clock, endMs, bookmark) : () => undefined
  const stopTimeout = clock.setTimer(endMs, () => {
    stop()
    lines.end()
  })
  const stop = () => {
    unwatch()
    stopBookmarks()
    stopTimeout()
  }
  return { kind: 'watch', stop }
}

/** A version that is too old is told within the watch, as a real server does. */
function startWatch(lines: Lines, start: () => () => void): () => void {
  try {
    return start()
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 410) throw error
    lines.write({ type: 'ERROR', object: statusOf(error) })
    lines.end()
    return () => undefined
  }
}

function repeatBookmarks(clock: Clock, endMs: number, bookmark: () => void): () => void {
  let cancel = (): void => undefined
  const next = (fromMs: number) => {
    const atMs = Math.min(fromMs + bookmarkEveryMs, endMs - lastBookmarkMs)
    if (atMs <= fromMs) return
    cancel = clock.setTimer(atMs - fromMs, () => {
      bookmark()
      next(atMs)
    })
  }
  next(0)
  return () => cancel()
}
