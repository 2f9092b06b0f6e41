import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../api/kube-object.ts'
import { serviceAccountUser } from '../../../api/names.ts'
import { holdPolicy } from '../../../api/policies/hold.ts'
import { holdWarningPolicy } from '../../../api/policies/hold-warning.ts'
import { createAdmission } from '../../../sandbox/policy/admission.ts'
import { createCel } from '../../../sandbox/policy/cel.ts'
import { deploymentWith } from '../../builders/deployment.ts'
import { asUser, stored, updateOf } from './stored.ts'

interface Given {
  readonly image: string
  readonly paused?: boolean
  readonly label?: string
  readonly held?: string
  readonly bypass?: string
  readonly replicas?: number
}

const marks = (entries: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))

function deployment({ image, paused, label, held, bypass, replicas = 3 }: Given): KubeObject {
  return deploymentWith({
    metadata: {
      labels: marks({ app: 'web', 'sluice.dev/rollout': label }),
      annotations: marks({ 'sluice.dev/held': held, 'sluice.dev/bypass': bypass }),
    },
    spec: { replicas, ...(paused === undefined ? {} : { paused }) },
    podSpec: { containers: [{ name: 'web', image }] },
  })
}

const admissionWith = (...objects: readonly KubeObject[]) => {
  const api = stored(...objects)
  return { api, ...createAdmission({ api, authorize: () => false, cel: createCel() }) }
}
const both = admissionWith(...holdPolicy, ...holdWarningPolicy)

/** As the API server does: mutate, then warn about what came of it. */
function update(before: Given, asked: Given, username = 'ann', admission = both) {
  const given = deployment(asked)
  const request = updateOf(deployment(before), given, { caller: asUser(username) })
  const object = admission.mutate(request) ?? given
  return { asked: given, object, said: admission.validate({ ...request, object }).join('\n') }
}

const atRest: Given = { image: 'v1', label: 'shop' }
const held: Given = { image: 'v2', label: 'shop', paused: true, held: 'true' }
const announced =
  "Validation failed for ValidatingAdmissionPolicy 'sluice-hold-warning' with binding 'sluice-hold-warning': this update is held by Rollout shop; follow it with: sluice status shop -n shop --watch"
const kept = 'stays held by Rollout shop'

describe('the hold, from the objects that are installed', () => {
  it.each<[string, Given, Given, string]>([
    ['a new image', atRest, { ...atRest, image: 'v2' }, announced],
    ['a new image while an update is held', held, { ...held, image: 'v3' }, announced],
    ['a new image with the label dropped', atRest, { image: 'v2' }, announced],
    ['a new image under the claim of another Rollout', atRest, { image: 'v2', label: 'other' }, announced],
    ['a new image with paused: false', atRest, { ...atRest, image: 'v2', paused: false }, announced],
    ['kubectl rollout resume', held, { image: 'v2', label: 'shop', held: 'true' }, kept],
    ['our annotation taken off', held, { image: 'v2', label: 'shop', paused: true }, kept],
    ['our label taken off', held, { image: 'v2', paused: true, held: 'true' }, kept],
    ['a PUT without any of our fields', held, { image: 'v2' }, kept],
    ['a bypass dropped together with a new image', { ...atRest, bypass: 'why' }, { ...atRest, image: 'v2' }, announced],
    ['the claim that comes with the update', { image: 'v1' }, { ...atRest, image: 'v2' }, announced],
  ])('keeps %s', (_, before, asked, said) => {
    const { object, said: heard } = update(before, asked)
    const wanted = deployment({ ...asked, paused: true, held: 'true', label: 'shop' })
    expect(object).toEqual(wanted)
    expect(heard).toContain(said)
  })

  it.each<[string, Given, Given]>([
    ['a change of replicas', atRest, { ...atRest, replicas: 5 }],
    ['a change of replicas while held', held, { ...held, replicas: 5 }],
    ["a user's own pause", atRest, { ...atRest, paused: true }],
    ['the claim', { image: 'v1' }, atRest],
    ['a bypass', held, { ...held, bypass: 'incident 7' }],
    ['a new image under a bypass', { ...atRest, bypass: 'why' }, { ...atRest, bypass: 'why', image: 'v2' }],
    ['what nobody claims', { image: 'v1' }, { image: 'v2' }],
  ])('gives %s back as the very same object, and says nothing', (_, before, asked) => {
    const { asked: given, object, said } = update(before, asked)
    expect(object).toBe(given)
    expect(said).toBe('')
  })

  it('is lifted by our service account, which is told nothing', () => {
    const { asked, object, said } = update(held, { image: 'v2', label: 'shop' }, serviceAccountUser)
    expect(object).toBe(asked)
    expect(said).toBe('')
  })

  it("keeps our service account's own change of the template", () => {
    const { object } = update(atRest, { ...atRest, image: 'v2' }, serviceAccountUser)
    expect(object).toEqual(deployment({ ...held }))
  })

  it('is about Deployments and their updates alone', () => {
    const [old, object] = [deployment(atRest), deployment({ ...atRest, image: 'v2' })]
    const request = updateOf(old, object)
    const { old: _, ...create } = { ...request, operation: 'CREATE' as const }
    for (const other of [create, { ...request, subresource: 'status' }]) expect(both.mutate(other)).toBe(object)
    const resource = { ...request.resource, plural: 'statefulsets', kind: 'StatefulSet' }
    expect(both.mutate({ ...request, resource })).toBe(object)
  })

  it('is no longer in force once its policy is gone, which the warning says, and is again once it is back', () => {
    const changing = admissionWith(...holdPolicy, ...holdWarningPolicy)
    const image = () => update(atRest, { ...atRest, image: 'v2' }, 'ann', changing)
    changing.api.remove('MutatingAdmissionPolicy', 'sluice-hold')
    expect(image().said).toContain('this update is NOT held by Rollout shop and rolls at once')
    changing.api.put(...holdPolicy)
    expect(image().said).toContain('this update is held by Rollout shop')
  })

  it('reads its policies once, however many updates there are', () => {
    const counted = admissionWith(...holdPolicy, ...holdWarningPolicy)
    for (let n = 0; n < 5; n++) update(atRest, { ...atRest, image: `v${n}` }, 'ann', counted)
    expect(counted.api.lists()).toBe(4)
  })
})
