import type { StringMap } from '../../api/json.ts'
import { copyLabel, ownerUidLabel, roleLabel } from '../../api/names.ts'
import type { OwnedRole, TemplateRole } from '../snapshot.ts'

/** On every object that we create. */
export const ownLabels = (ownerUid: string, role: OwnedRole | TemplateRole): StringMap => ({
  'app.kubernetes.io/managed-by': 'sluice',
  [ownerUidLabel]: ownerUid,
  [roleLabel]: role,
})

/** On the copy's pods: what the copy and the canary Services select by. Names may be longer than a label's value. */
export const copyPodLabels = (copyName: string, ownerUid: string): StringMap => ({
  [copyLabel]: copyName.slice(0, 63).replace(/[^A-Za-z0-9]+$/, ''),
  [ownerUidLabel]: ownerUid,
})
