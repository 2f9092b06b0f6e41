import { bypassAnnotation, deploymentResource } from '../api/names.ts'
import { CliError } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import type { Look } from './look.ts'
import { lookAt } from './look-at.ts'
import type { Context, Session } from './session.ts'
import { readWorld } from './world.ts'

/** The break-glass, for a person to type. */
export function byHandWay({ name, namespace, spec, workload }: Look): string {
  const deployment = workload?.name ?? spec?.workloadRef.name ?? name
  const annotate = `kubectl annotate deployment ${deployment} -n ${namespace} ${bypassAnnotation}=REASON`
  const resume = `kubectl rollout resume deployment/${deployment} -n ${namespace}`
  return `By hand: ${annotate}; then ${resume}; or let this command do both: sluice bypass ${name} --reason REASON --by-hand`
}

/** The annotation lets the hold go, then the Deployment is resumed. The controller records it when it runs again. */
export async function bypassByHand(
  { terminal, signal }: Context,
  session: Session,
  name: string,
  reason: string,
): Promise<void> {
  const look = lookAt(await readWorld(session, name, signal))
  const deployment = look.workload?.name
  if (deployment === undefined) throw new CliError(exitCodes.notFound, `${name} has no Deployment to bypass`)
  const where = { namespace: session.namespace, name: deployment }
  const patch = async (body: unknown) =>
    session.client.patch(deploymentResource, where, { type: 'merge', body }, { fieldManager: 'sluice-cli' }, signal)
  await patch({ metadata: { annotations: { [bypassAnnotation]: reason } } })
  terminal.out(`✔ annotated Deployment ${deployment}: ${bypassAnnotation}=${reason}`)
  await patch({ spec: { paused: null } })
  terminal.out(`✔ resumed Deployment ${deployment}: it rolls to the version it holds, without a canary`)
  terminal.out(
    `Updates are not held until: kubectl annotate deployment ${deployment} -n ${session.namespace} ${bypassAnnotation}-   (or sluice hold ${name})`,
  )
}
