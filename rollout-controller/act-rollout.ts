import { finalizer, rolloutResource } from '../api/names.ts'
import type { ActContext, Result } from './act-context.ts'

export function addFinalizer(context: ActContext): Promise<Result> {
  const others = finalizersBut(context)
  return writeFinalizers(context, [...others, finalizer])
}

/** The last write of all: the Rollout is gone after it. */
export function removeFinalizer(context: ActContext): Promise<Result> {
  return writeFinalizers(context, finalizersBut(context))
}

const finalizersBut = ({ rollout }: ActContext): readonly string[] =>
  (rollout.metadata.finalizers ?? []).filter((name) => name !== finalizer)

async function writeFinalizers(context: ActContext, finalizers: readonly string[]): Promise<Result> {
  const { name, namespace } = context.snapshot.rollout.meta
  const { resourceVersion } = context.rollout.metadata
  const body = { metadata: { resourceVersion, finalizers } }
  await context.client.patch(rolloutResource, { name, namespace }, { type: 'merge', body }, {}, context.signal)
  return 'changed'
}
