import { bypassAnnotation, heldAnnotation, rolloutLabel, serviceAccountUser } from '../names.ts'

/**
 * The CEL that our policies share, over a Deployment before (`oldObject`) and after (`object`) an update. Kept to what
 * every version of CEL understands, so that the tests can run it without a cluster.
 */
export type Side = 'object' | 'oldObject'

export const templateChanges = 'object.spec.template != oldObject.spec.template'

/** `spec.paused` and our annotation: both, or it is not our hold. */
export function isHeld(side: Side): string {
  return `(${isPaused(side)} && ${annotation(side, heldAnnotation)} == 'true')`
}

/**
 * A hold that would end with this update, or could be ended by the next one: by unpausing, or by taking off our
 * annotation or the label by which the policy knows the Deployment.
 */
export const holdIsLifted = `${isHeld('oldObject')} && (!${isHeld('object')} || ${label('object')} != ${label('oldObject')})`

/** The way around Sluice when nothing of Sluice runs. */
export const isBypassed = `(has(object.metadata.annotations) && '${bypassAnnotation}' in object.metadata.annotations)`

export const isController = `request.userInfo.username == '${serviceAccountUser}'`

/** The Rollout that claims the Deployment: an update cannot change the claim while it changes the template. */
export const claim = `(${label('oldObject')} != '' ? ${label('oldObject')} : ${label('object')})`

export function label(side: Side): string {
  return valueIn(`${side}.metadata.labels`, rolloutLabel)
}

function annotation(side: Side, key: string): string {
  return valueIn(`${side}.metadata.annotations`, key)
}

function isPaused(side: Side): string {
  return `(has(${side}.spec.paused) && ${side}.spec.paused)`
}

/** The empty text when the map or the key is missing. */
function valueIn(map: string, key: string): string {
  return `(has(${map}) && '${key}' in ${map} ? ${map}['${key}'] : '')`
}
