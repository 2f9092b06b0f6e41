import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../rollout-controller/loop/clock.ts'
import { randomIds } from '../../../sandbox/ids.ts'
import { annotatedLife } from '../../../sandbox/kubelet/pod-life.ts'
import { createAuthority, createServerCertificate } from '../../../sandbox/rest/certificate.ts'
import { createFront } from '../../../sandbox/rest/front.ts'
import { kubeconfig } from '../../../sandbox/rest/kubeconfig.ts'
import { serve } from '../../../sandbox/rest/server.ts'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { admin } from '../../../sandbox/server/caller.ts'
import { findBinaries } from '../../cluster/binaries.ts'
import { type CommandResult, runCommand } from '../../cluster/run-command.ts'

/** An embedded cluster with real time, and the real kubectl and helm against it. */
export interface ToolsBed {
  /** As the admin. What is printed comes back, and an exit code other than 0 is an error that says why. */
  kubectl(...args: readonly string[]): Promise<string>
  helm(...args: readonly string[]): Promise<string>
  /** Whatever comes of it, with what was printed as an error. */
  run(program: 'kubectl' | 'helm', args: readonly string[], options?: RunOptions): Promise<CommandResult>
  stop(): Promise<void>
}

export interface RunOptions {
  readonly input?: string
  readonly user?: 'admin' | 'dev'
  readonly env?: Readonly<Record<string, string>>
}

export async function createToolsBed(): Promise<ToolsBed> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tools-'))
  await linkTools(folder)
  const sandbox = createSandbox({ clock: systemClock, ids: randomIds, lifeOf: annotatedLife })
  const users = { 'admin-token': admin, 'dev-token': { username: 'dev', groups: ['system:authenticated'] } }
  const authority = createAuthority('sandbox')
  const front = createFront({ ...sandbox, clock: systemClock, ids: randomIds, users })
  const server = await serve({ front, certificate: createServerCertificate(authority, ['127.0.0.1']) })
  for (const user of ['admin', 'dev']) {
    const text = kubeconfig({ server: server.url, ca: authority.cert, user, token: `${user}-token` })
    await writeFile(join(folder, user), text, { mode: 0o600 })
  }
  const run: ToolsBed['run'] = (program, args, { input = '', user = 'admin', env = {} } = {}) =>
    runCommand(join(folder, program), args, { input, env: { ...environmentIn(folder, user), ...env } })
  const successful =
    (program: 'kubectl' | 'helm') =>
    async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await run(program, args)
      if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${code} ${stderr}${stdout}`)
      return stdout
    }
  return {
    kubectl: successful('kubectl'),
    helm: successful('helm'),
    run,
    async stop() {
      await server.close()
      sandbox.stop()
      await rm(folder, { recursive: true })
    },
  }
}

async function linkTools(folder: string): Promise<void> {
  const outcome = await findBinaries()
  if (outcome.kind !== 'found') throw new Error(`kubectl and helm are not built yet: npm run cluster -- binaries`)
  for (const tool of ['kubectl', 'helm'] as const) await symlink(outcome.binaries[tool], join(folder, tool))
  await mkdir(join(folder, 'home'))
}

const environmentIn = (folder: string, user: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: join(folder, 'home'),
  KUBECONFIG: join(folder, user),
})
