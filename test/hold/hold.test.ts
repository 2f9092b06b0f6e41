import { type CelInput, run } from '@bufbuild/cel'
import { describe, expect, it } from 'vitest'
import { serviceAccountUser } from '../../api/names.ts'
import { claim } from '../../api/policies/expressions.ts'
import { holdConditions } from '../../api/policies/hold.ts'
import { holdWarnings, warningConditions } from '../../api/policies/hold-warning.ts'

interface Deployment {
  readonly image: string
  readonly paused?: boolean
  readonly label?: string
  readonly held?: string
  readonly bypass?: string
  readonly replicas?: number
}

/** As the policies see it: keys that are not there are not there. */
function deployment({ image, paused, label, held, bypass, replicas = 3 }: Deployment) {
  const annotations = {
    ...(held === undefined ? {} : { 'sluice.dev/held': held }),
    ...(bypass === undefined ? {} : { 'sluice.dev/bypass': bypass }),
  }
  return {
    metadata: {
      name: 'web',
      ...(label === undefined ? {} : { labels: { app: 'web', 'sluice.dev/rollout': label } }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      replicas,
      ...(paused === undefined ? {} : { paused }),
      template: { spec: { containers: [{ name: 'web', image }] } },
    },
  }
}

const cel = (expression: string, before: Deployment, after: Deployment, username: string): unknown => {
  const bindings: Record<string, CelInput> = {
    object: deployment(after),
    oldObject: deployment(before),
    request: { namespace: 'shop', userInfo: { username } },
  }
  return run(expression, bindings)
}

/** The update as it is stored, and what is said about it: what the API server does with the two policies. */
function update(before: Deployment, asked: Deployment, username = 'ann') {
  const on = (expression: string, after: Deployment) => cel(expression, before, after, username)
  const holds = holdConditions.every(({ expression }) => on(expression, asked) === true)
  const stored = holds ? { ...asked, paused: true, held: 'true', label: String(on(claim, asked)) } : asked
  const heard = warningConditions.every(({ expression }) => on(expression, stored) === true)
  const said = holdWarnings.filter(({ expression }) => heard && on(expression, stored) === false)
  return { stored, said: said.map(({ messageExpression }) => on(messageExpression, stored)).join('\n') }
}

const atRest: Deployment = { image: 'v1', label: 'shop' }
const held: Deployment = { image: 'v2', label: 'shop', paused: true, held: 'true' }
const announced = 'this update is held by Rollout shop; follow it with: sluice status shop -n shop --watch'
const kept = 'stays held by Rollout shop'

describe('the hold', () => {
  it.each<[string, Deployment, Deployment, string]>([
    ['a new image', atRest, { ...atRest, image: 'v2' }, announced],
    ['a new image while an update is held', held, { ...held, image: 'v3' }, announced],
    ['a new image with the label dropped', atRest, { image: 'v2' }, announced],
    ['a new image under the claim of another Rollout', atRest, { image: 'v2', label: 'other' }, announced],
    ['a new image with paused: false', atRest, { ...atRest, image: 'v2', paused: false }, announced],
    ['the old image back', held, { ...held, image: 'v1' }, announced],
    ['kubectl rollout resume', held, { image: 'v2', label: 'shop', held: 'true' }, kept],
    ['paused: false', held, { ...held, paused: false }, kept],
    ['our annotation taken off', held, { image: 'v2', label: 'shop', paused: true }, kept],
    ['our label taken off', held, { image: 'v2', paused: true, held: 'true' }, kept],
    ['our label changed', held, { ...held, label: 'other' }, kept],
    ['our annotation emptied', held, { ...held, held: '' }, kept],
    ['a PUT without any of our fields', held, { image: 'v2' }, kept],
    ['a bypass dropped together with a new image', { ...atRest, bypass: 'why' }, { ...atRest, image: 'v2' }, announced],
  ])('keeps %s', (_, before, asked, said) => {
    const after = update(before, asked)
    expect(after.stored).toMatchObject({ image: asked.image, paused: true, held: 'true', label: 'shop' })
    expect(after.said).toContain(said)
  })

  it.each<[string, Deployment, Deployment]>([
    ['a change of replicas', atRest, { ...atRest, replicas: 5 }],
    ['a change of replicas while held', held, { ...held, replicas: 5 }],
    ["a user's own pause", atRest, { ...atRest, paused: true }],
    ["the end of a user's own pause", { ...atRest, paused: true }, atRest],
    ['the claim', { image: 'v1' }, atRest],
    [
      'an annotation that looks like ours, on what is not paused',
      { ...atRest, held: 'true' },
      { ...atRest, held: 'true', replicas: 5 },
    ],
    ['a bypass', held, { ...held, bypass: 'incident 7' }],
    ['a resume after a bypass', { ...held, bypass: 'incident 7' }, { ...held, paused: false, bypass: 'incident 7' }],
    ['a new image under a bypass', { ...atRest, bypass: 'why' }, { ...atRest, bypass: 'why', image: 'v2' }],
  ])('lets %s be, and says nothing', (_, before, asked) => {
    expect(update(before, asked)).toEqual({ stored: asked, said: '' })
  })

  it('is lifted by our service account', () => {
    const lifted = { image: 'v2', label: 'shop' }
    expect(update(held, lifted, serviceAccountUser)).toEqual({ stored: lifted, said: '' })
  })

  it("keeps our service account's own change of the template, so that its dry run tells the truth", () => {
    const { stored } = update(atRest, { ...atRest, image: 'v2' }, serviceAccountUser)
    expect(stored).toMatchObject({ paused: true, held: 'true' })
  })

  it('takes the claim that comes with the update when there was none', () => {
    expect(update({ image: 'v1' }, { ...atRest, image: 'v2' }).stored).toMatchObject({ label: 'shop', paused: true })
  })
})

describe('the warning', () => {
  it('names the way out when a lift was kept', () => {
    const { said } = update(held, { ...held, paused: false })
    for (const way of ['sluice approve shop', 'sluice bypass shop', 'sluice.dev/bypass=<reason>'])
      expect(said).toContain(way)
  })

  it('says so when the update is not held, because the hold is not in force', () => {
    const asked = deployment({ ...atRest, image: 'v2' })
    const bindings = { object: asked, oldObject: deployment(atRest), request: { namespace: 'shop' } }
    const said = holdWarnings.filter(({ expression }) => run(expression, bindings) === false)
    expect(said.map(({ messageExpression }) => run(messageExpression, bindings))).toEqual([
      expect.stringContaining('NOT held by Rollout shop'),
    ])
  })
})
