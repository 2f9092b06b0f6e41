import { objectOf, textOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { Session } from '../../cli/session.ts'
import { createCache } from '../../kube/cache.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import type { LogLine } from './view/scene.ts'

const eventResource: Resource = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
}

/** Tells what the controller says of a Rollout, each event once, until the signal aborts. */
export async function followEvents(
  { client, namespace }: Session,
  onEvent: (line: LogLine) => void,
  signal: AbortSignal,
): Promise<void> {
  const cache = createCache({
    client,
    resource: eventResource,
    namespace,
    clock: systemClock,
    onChange: (event) => {
      if (event.type === 'added' && objectOf(event.object.regarding).kind === 'Rollout') onEvent(lineOf(event.object))
    },
  })
  await cache.run(signal)
}

const lineOf = ({ eventTime, type, reason, note }: KubeObject): LogLine => ({
  atMs: Date.parse(textOf(eventTime) ?? ''),
  text: `${textOf(reason) ?? ''}: ${textOf(note) ?? ''}`,
  tone: type === 'Warning' ? 'warn' : 'plain',
})
