import type { Command } from 'commander'
import { createClient, type KubeClient } from '../kube/client.ts'
import { KubeConfigError, type KubeConnection, loadConfig } from '../kube/config.ts'
import { CliError, type Whereabouts } from './errors.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** What every command is given: the terminal, when to stop, and where it was told to look. */
export interface Context {
  readonly terminal: Terminal
  readonly signal: AbortSignal
  /** Filled when a command connects, for the sentence of a failure. */
  where: Whereabouts
  /** What the process ends with, unless something fails. */
  exitCode: ExitCode
}

/** kubectl's own flags. */
export interface ClusterFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
}

export interface Session {
  readonly client: KubeClient
  readonly connection: KubeConnection
  readonly namespace: string
}

/** Adds --kubeconfig, --context and --namespace, as kubectl spells them. */
export function withClusterFlags(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig file (default: KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('-n, --namespace <name>', "namespace (default: the context's)")
}

/** As often as kubectl: a busy server asks to come back in a second. */
const kubectlRepeats = 10

/** Connects, runs `work`, and closes whatever happens. */
export async function withSession<T>(
  context: Context,
  flags: ClusterFlags,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const connection = await connectionOf(flags)
  context.where = { server: connection.server, context: connection.contextName, namespace: connection.namespace }
  const client = createClient(connection, { repeats: kubectlRepeats })
  try {
    return await work({ client, connection, namespace: connection.namespace })
  } finally {
    await client.close()
  }
}

/** The connection that the flags name; a broken kubeconfig is a wrong use of the command. */
export async function connectionOf({ kubeconfig, context, namespace }: ClusterFlags): Promise<KubeConnection> {
  try {
    return await loadConfig({
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
      ...(namespace === undefined ? {} : { namespace }),
    })
  } catch (error) {
    if (error instanceof KubeConfigError) throw new CliError(exitCodes.usage, error.message, { cause: error })
    throw error
  }
}
