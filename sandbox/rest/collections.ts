import { Refusal } from '../server/refusal.ts'
import { type Ask, selectionOf, writtenAnswer } from './ask.ts'
import { objectIn } from './body.ts'
import { ok, type RestAnswer } from './exchange.ts'
import { watchInto } from './watch.ts'
import { deletionOf, writeOf } from './write-options.ts'

/** All objects of a kind, or one page of them. */
export function list(ask: Ask): RestAnswer {
  const { query, show } = ask
  const limit = Number(query.get('limit') ?? 0)
  const next = query.get('continue')
  const resourceVersion = query.get('resourceVersion')
  const page = {
    ...selectionOf(ask),
    ...(limit > 0 && { limit }),
    ...(next && { continue: next }),
    ...(resourceVersion && { resourceVersion }),
  }
  return ok(show.list(ask.parts.api.list(ask.target.kind.resource, page)))
}

/** As long as a real server's shortest. */
const usualWatchSeconds = 1800

export function watch(ask: Ask): RestAnswer {
  const { parts, query, target, show, lines } = ask
  const resourceVersion = query.get('resourceVersion')
  const options = {
    ...selectionOf(ask),
    ...(resourceVersion && { resourceVersion }),
    bookmarks: query.get('allowWatchBookmarks') === 'true',
    sendInitialEvents: query.get('sendInitialEvents') === 'true',
    timeoutSeconds: Number(query.get('timeoutSeconds') || usualWatchSeconds),
  }
  return watchInto(lines, parts, target.kind, options, show)
}

export function create(ask: Ask): RestAnswer {
  const { parts, target } = ask
  const written = parts.api.create(target.kind.resource, objectIn(ask.request, target), writeOf(ask))
  return writtenAnswer(ask, written, 201)
}

/** Removes all that are selected, and answers with them as they were. */
export function deleteAll(ask: Ask): RestAnswer {
  const { parts, target, show } = ask
  const { resource } = target.kind
  const options = deletionOf(ask)
  const listed = parts.api.list(resource, selectionOf(ask))
  for (const { metadata } of listed.items) {
    try {
      parts.api.delete(resource, metadata, options)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 404) throw error // the one before took it along
    }
  }
  return ok(show.list(listed))
}
