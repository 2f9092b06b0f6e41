import type { Verb } from '../../api/decision.ts'
import { askFor } from '../../cli/decide.ts'
import type { Look } from '../../cli/look.ts'
import { imageTag } from '../../cli/view/marks.ts'
import { appName } from './chart.ts'
import type { Shown } from './commands.ts'
import { type Stage, succeeded } from './stage.ts'
import type { Key } from './view/scene.ts'

/** What a key makes happen: to the release, or to the screen. */
export type Wish = Action | { readonly kind: 'shell' } | { readonly kind: 'quit' }

export type Action =
  | { readonly kind: 'decide'; readonly verb: Verb }
  | { readonly kind: 'upgrade'; readonly version: string }
  | { readonly kind: 'chart-back' }

export type Binding = Key & { readonly wish: Wish }

/** The keys that do something now, each in the words of this moment. */
export function bindingsFor(look: Look | undefined): readonly Binding[] {
  const always: readonly Binding[] = [
    { key: 's', text: 'second terminal', wish: { kind: 'shell' } },
    { key: 'q', text: 'quit', wish: { kind: 'quit' } },
  ]
  return look === undefined ? always : [...decisions(look), ...upgrades(look), ...always]
}

function decisions(look: Look): readonly Binding[] {
  const { status } = look
  const waits = status?.waiting?.reason === 'Approval'
  const isDecided = status?.release?.stage === 'Returning' // the new version is the stable one by then
  const can = (verb: Verb) => !isDecided && askFor(verb, look).kind === 'ask'
  const all: readonly (Binding | false)[] = [
    waits && can('approve') && { key: 'a', text: approvalText(look), isDue: true, wish: decide('approve') },
    can('rollback') && { key: 'r', text: rollbackText(look), isDue: waits, wish: decide('rollback') },
    can('pause') && { key: 'p', text: 'pause', wish: decide('pause') },
    can('resume') && { key: 'p', text: 'go on', isDue: true, wish: decide('resume') },
    status?.phase === 'RolledBack' && { key: 't', text: 'try it again', wish: decide('retry') },
    status?.phase === 'RolledBack' && {
      key: 'h',
      text: 'bring the chart back',
      isDue: true,
      wish: { kind: 'chart-back' },
    },
  ]
  return all.filter((binding) => binding !== false)
}

const decide = (verb: Verb): Wish => ({ kind: 'decide', verb })

function approvalText({ status, spec }: Look): string {
  const next = spec?.strategy.canary.steps[status?.release?.step ?? 0]
  return next === undefined ? 'approve: promote it' : `approve: on to ${next.weight} %`
}

function rollbackText({ stable }: Look): string {
  const [image, other] = stable?.images ?? []
  return image === undefined || other !== undefined ? 'roll back' : `roll back to ${imageTag(image)}`
}

/** A newer version is taken at any time; in the midst of a release it ends that. */
function upgrades(look: Look): readonly Binding[] {
  const version = nextVersion(look)
  const isDue = look.status?.phase === 'Healthy'
  return [
    { key: 'u', text: `upgrade to ${version}`, isDue, wish: { kind: 'upgrade', version } },
    { key: 'b', text: `to a bad ${version}`, isDue, wish: { kind: 'upgrade', version: `${version}-broken` } },
  ]
}

/** One more than the highest that the workload or its pods have: `v3` after `v2`, also after `v2-broken`. */
function nextVersion({ workload, stable }: Look): string {
  const numbers = [...(workload?.images ?? []), ...(stable?.images ?? [])].map((image) =>
    /^v(\d+)/.exec(imageTag(image)),
  )
  return `v${Math.max(0, ...numbers.map((found) => Number(found?.[1] ?? 0))) + 1}`
}

export function actionText(action: Action): string {
  switch (action.kind) {
    case 'decide':
      return action.verb
    case 'upgrade':
      return `upgrade to ${action.version}`
    case 'chart-back':
      return 'bring the chart back'
    default:
      return action satisfies never
  }
}

/** By the same ways as a person in a second terminal. */
export async function carryOut(stage: Stage, action: Action): Promise<Shown> {
  switch (action.kind) {
    case 'decide':
      return stage.sluice(action.verb, appName)
    case 'upgrade':
      return succeeded(await stage.chart.upgrade(action.version))
    case 'chart-back':
      return succeeded(await stage.chart.rollback())
    default:
      return action satisfies never
  }
}
