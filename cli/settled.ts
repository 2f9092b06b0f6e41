import type { KubeObject } from '../api/kube-object.ts'
import { decisionResource } from '../api/names.ts'
import { KubeError } from '../kube/errors.ts'
import { textAt } from './json.ts'
import type { Session } from './session.ts'

export interface Answer {
  readonly outcome: 'Accepted' | 'Refused'
  readonly message: string
}

/** What the controller answers within `ms`; undefined when it does not, or we may not see it. */
export async function answerTo(
  session: Session,
  decision: KubeObject,
  ms: number,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(ms)])
  try {
    return await watchFor(session, decision, until)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (until.aborted || error instanceof KubeError) return undefined
    throw error
  }
}

async function watchFor(
  { client }: Session,
  { metadata }: KubeObject,
  until: AbortSignal,
): Promise<Answer | undefined> {
  const { name, namespace = '', resourceVersion = '' } = metadata
  const watched = { namespace, fieldSelector: `metadata.name=${name}`, resourceVersion }
  for await (const event of client.watch(decisionResource, watched, until)) {
    const answer = event.type === 'BOOKMARK' ? undefined : answerIn(event.object['status'])
    if (answer !== undefined) return answer
    if (event.type === 'DELETED') return undefined
  }
  return undefined
}

/** From a Decision's status. */
export function answerIn(status: unknown): Answer | undefined {
  const outcome = textAt(status, 'outcome')
  if (outcome !== 'Accepted' && outcome !== 'Refused') return undefined
  return { outcome, message: textAt(status, 'message') ?? '' }
}
