import { describe, expect, it } from 'vitest'
import { CliError, failureOf } from '../../cli/errors.ts'
import { exitCodes } from '../../cli/exit-codes.ts'
import { KubeError } from '../../kube/errors.ts'
import { StartError } from '../../rollout-controller/identity.ts'

const where = { server: 'https://10.0.0.1', context: 'kind', namespace: 'shop' }

describe('a failure becomes one sentence and a code', () => {
  it('a wrong name: where it looked, and how to see what there is', () => {
    const error = new KubeError('not-found', 'cannot get Rollout shop/wep: rollouts.sluice.dev "wep" not found', {
      status: 404,
    })
    expect(failureOf(error, where)).toEqual({
      exitCode: exitCodes.notFound,
      message:
        'rollouts.sluice.dev "wep" not found in namespace shop (context kind): check the name and -n; `sluice status -A` lists all Rollouts',
    })
  })
  it('a missing CRD: how to install', () => {
    const error = new KubeError(
      'not-found',
      'cannot get Rollout shop/web: the server could not find the requested resource',
      { status: 404 },
    )
    expect(failureOf(error, where)).toMatchObject({
      exitCode: exitCodes.notFound,
      message: expect.stringContaining('`sluice install`'),
    })
  })
  it('a forbidden verb: what the server said, and whom to ask', () => {
    const error = new KubeError(
      'denied',
      'cannot create Decision shop/x: decisions.sluice.dev is forbidden: User "bob" cannot create resource "decisions"',
      { status: 403 },
    )
    expect(failureOf(error, where)).toMatchObject({
      exitCode: exitCodes.forbidden,
      message: expect.stringMatching(/^User "bob" cannot create resource "decisions": ask an administrator/),
    })
  })
  it('an expired login is not a missing right', () => {
    const error = new KubeError('denied', 'cannot list Rollout: Unauthorized', { status: 401 })
    expect(failureOf(error, where)).toMatchObject({
      exitCode: exitCodes.forbidden,
      message: expect.stringContaining('log in again'),
    })
  })
  it('an unreachable server: which one, from which context', () => {
    const error = new KubeError('unavailable', 'cannot list Rollout shop: connect ECONNREFUSED 10.0.0.1:443')
    expect(failureOf(error, where)).toEqual({
      exitCode: exitCodes.unreachable,
      message:
        'Cannot reach the API server https://10.0.0.1 (context kind): connect ECONNREFUSED 10.0.0.1:443; check that the cluster runs, and --context or KUBECONFIG',
    })
  })
  it('a controller that cannot start keeps its own words, and the code of what is behind them', () => {
    const cause = new KubeError('denied', 'cannot request: forbidden', { status: 403 })
    expect(failureOf(new StartError('You may not request its token.', { cause }))).toEqual({
      exitCode: exitCodes.forbidden,
      message: 'You may not request its token.',
    })
  })
  it('anything else: its message on one line, no stack', () => {
    expect(failureOf(new Error('a\n  b'))).toEqual({ exitCode: exitCodes.failed, message: 'a b' })
    expect(failureOf(new CliError(exitCodes.timedOut, 'late'))).toEqual({
      exitCode: exitCodes.timedOut,
      message: 'late',
    })
  })
})
