import { isRecord, objectOf } from '../../api/json.ts'
import type { Authorize, Caller } from '../server/caller.ts'
import { authenticate } from './authenticate.ts'
import { parseBody } from './body.ts'
import { discoveryPage } from './discovery.ts'
import { type Lines, ok, type RestAnswer, type RestRequest, type WholeAnswer } from './exchange.ts'
import { openApiPage } from './openapi.ts'
import { answerResource } from './resources.ts'
import { reviews } from './reviews.ts'
import { methodNotAllowed, refusalAnswer, unknownPath } from './status.ts'
import { targetOf } from './target.ts'
import { createTokens, type TokenParts } from './tokens.ts'

export interface FrontParts extends TokenParts {
  readonly authorize: Authorize
}

/** The API server's HTTP without a socket: a request in, an answer out, at once. */
export interface Front {
  /** By whom the request's token stands for. A watch writes into `lines` as long as it lasts. */
  answer(request: RestRequest, lines: Lines): RestAnswer
  /** The same for somebody who is known already. */
  answerAs(caller: Caller, request: RestRequest, lines: Lines): RestAnswer
}

/** The version that we follow; the suffix says that this is not the real one. */
export const gitVersion = 'v1.36.3+sluice'

export function createFront(parts: FrontParts): Front {
  const tokens = createTokens(parts)
  const withTokens = { ...parts, tokens }
  const answerAs: Front['answerAs'] = (caller, request, lines) =>
    refusing(() => {
      const { pathname, searchParams } = urlOf(request)
      const target = targetOf(parts.api, pathname)
      if (target !== undefined)
        return answerResource({ parts: withTokens, caller, request, target, query: searchParams, lines })
      return answerReview(parts.authorize, caller, request, pathname) ?? answerPage(parts, request, pathname)
    })
  return {
    answer(request, lines) {
      const open = refusing(() => openPage(request))
      if (open !== undefined) return open
      return refusing(() => answerAs(authenticate(tokens, parts.authorize, request.headers), request, lines))
    },
    answerAs,
  }
}

function refusing<T>(answer: () => T): T | WholeAnswer {
  try {
    return answer()
  } catch (error) {
    return refusalAnswer(error)
  }
}

function urlOf({ url }: RestRequest): URL {
  return new URL(url, 'http://sandbox')
}

/** What is told to everybody: that the server lives, and its version. */
function openPage(request: RestRequest): WholeAnswer | undefined {
  switch (urlOf(request).pathname) {
    case '/healthz':
    case '/livez':
    case '/readyz':
      return ok('ok')
    case '/version':
    case '/version/':
      return ok({ major: '1', minor: '36', gitVersion, platform: 'node' })
    default:
      return undefined
  }
}

function answerReview(
  authorize: Authorize,
  caller: Caller,
  request: RestRequest,
  path: string,
): RestAnswer | undefined {
  const review = reviews.find(
    ({ resource: { group, version, plural } }) => path === `/apis/${group}/${version}/${plural}`,
  )
  if (review === undefined) return undefined
  if (request.method !== 'POST') throw methodNotAllowed()
  const body = parseBody(request)
  const given = isRecord(body) ? body : {}
  const { group, version, kind } = review.resource
  const status = review.answer(objectOf(given['spec']), caller, authorize)
  return { ...ok({ kind, apiVersion: `${group}/${version}`, metadata: {}, ...given, status }), status: 201 }
}

function answerPage({ api }: FrontParts, { method }: RestRequest, path: string): WholeAnswer {
  const page = discoveryPage(api, path) ?? openApiPage(api, path, gitVersion)
  if (page === undefined) throw unknownPath()
  if (method !== 'GET') throw methodNotAllowed()
  return ok(page)
}
