import { isFault, KubeError } from '../kube/errors.ts'
import { StartError } from '../rollout-controller/identity.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'

/** Ends the command: one sentence for the person, one code for the script. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** Where the command was looking, for the sentence. */
export interface Whereabouts {
  readonly server?: string
  readonly context?: string
  readonly namespace?: string
}

export interface Failure {
  readonly message: string
  readonly exitCode: ExitCode
}

/** Any error as one sentence that says what to do, never a stack. */
export function failureOf(error: unknown, where: Whereabouts = {}): Failure {
  if (error instanceof CliError) return { message: oneLine(error.message), exitCode: error.exitCode }
  if (error instanceof KubeError) return kubeFailure(error, where)
  if (error instanceof StartError) return startFailure(error)
  const message = error instanceof Error ? error.message : String(error)
  return {
    message: oneLine(message === '' ? 'something failed without saying what' : message),
    exitCode: exitCodes.failed,
  }
}

/** The server knows no such kind at all: our CRDs are not there. */
export function isMissingKind(error: unknown): boolean {
  return (
    isFault(error, 'not-found') && /could not find the requested resource|page not found|HTTP 404/.test(error.message)
  )
}

/** The controller says itself what is missing; its cause says which code that is. */
function startFailure(error: StartError): Failure {
  const exitCode = error.cause instanceof KubeError ? kubeFailure(error.cause, {}).exitCode : exitCodes.failed
  return { message: oneLine(error.message), exitCode }
}

function kubeFailure(error: KubeError, where: Whereabouts): Failure {
  switch (error.fault) {
    case 'not-found':
      return { message: notFound(error, where), exitCode: exitCodes.notFound }
    case 'denied':
      return { message: denied(error, where), exitCode: exitCodes.forbidden }
    case 'unavailable':
      return { message: unavailable(error, where), exitCode: exitCodes.unreachable }
    case 'invalid':
      return { message: `The server refused it: ${saidBy(error)}`, exitCode: exitCodes.failed }
    case 'conflict':
    case 'gone':
      return {
        message: `It changed while the command ran; run it again (${saidBy(error)})`,
        exitCode: exitCodes.failed,
      }
    case 'exists':
      return { message: `It exists already: ${saidBy(error)}`, exitCode: exitCodes.failed }
    default:
      return error.fault satisfies never
  }
}

function notFound(error: KubeError, where: Whereabouts): string {
  if (isMissingKind(error)) {
    return `Sluice is not installed in this cluster${inContext(where)}: run \`sluice install\`, or choose another --context`
  }
  const inNamespace = where.namespace === undefined ? '' : ` in namespace ${where.namespace}${inContext(where)}`
  return `${saidBy(error)}${inNamespace}: check the name and -n; \`sluice status -A\` lists all Rollouts`
}

function denied(error: KubeError, where: Whereabouts): string {
  if (error.status === 401)
    return `The API server does not accept your credentials${inContext(where)}: log in again, or choose another --context`
  const allowed = saidBy(error).replace(/^.*? is forbidden: /, '')
  return `${allowed}: ask an administrator for a role that allows it (docs/cli.md lists what each command needs)`
}

function unavailable(error: KubeError, where: Whereabouts): string {
  const server = where.server === undefined ? 'the API server' : `the API server ${where.server}`
  if (error.status !== undefined)
    return `${capital(server)} failed${inContext(where)}: ${saidBy(error)}; try again in a moment`
  return `Cannot reach ${server}${inContext(where)}: ${saidBy(error)}; check that the cluster runs, and --context or KUBECONFIG`
}

function inContext({ context }: Whereabouts): string {
  return context === undefined || context === '' ? '' : ` (context ${context})`
}

/** What the server said, without what we attempted. */
function saidBy(error: KubeError): string {
  return oneLine(error.message.replace(/^cannot [^:]+: /, '')).replace(/[.;:]+$/, '')
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
