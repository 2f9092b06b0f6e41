import { access } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dieWithParent, runCommand } from './run-command.ts'

/** Where pods live: the whole of it is local inside our network namespace, so one process can answer for all of them. */
export const podNetwork = '10.0.0.0/8'
const anyPodAddress = '10.244.0.1'

/** Runs first inside. As process 1 it ends when the command does, and the kernel ends everything else with it. */
const init = `ip link set lo up && ip route add local ${podNetwork} dev lo && "$@"`

/**
 * The command in network and process namespaces of its own. Nothing in there can outlive it, and it cannot outlive
 * whoever starts it.
 */
export function enterCommand(command: readonly string[], asRoot = process.getuid?.() === 0): string[] {
  const user = asRoot ? [] : ['--user', '--map-root-user']
  const namespaces = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc']
  return dieWithParent(['unshare', ...user, ...namespaces, 'sh', '-c', `${init}; exit $?`, 'sh', ...command])
}

/** Why this machine has no namespaces for us; undefined if it has. */
export async function whyNoNamespace(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `network namespaces need Linux, this is ${process.platform}`
  const [file = '', ...args] = enterCommand(['true'])
  const { code, stderr } = await runCommand(file, args)
  return code === 0 ? undefined : `no network namespace (unshare, setpriv, ip): ${stderr.trim() || `code ${code}`}`
}

/** A cluster outside of a namespace of its own would meddle with the machine's network: say so at once. */
export async function assertInNamespace(): Promise<void> {
  const server = createServer()
  const bound = new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, anyPodAddress, resolve)
  })
  try {
    await bound
  } catch (cause) {
    const how = 'npm run cluster -- run vitest run --project cluster FILE'
    throw new Error(`the test cluster runs in a network namespace of its own; start this with: ${how}`, { cause })
  } finally {
    server.close()
  }
}

/** A process as seen from outside the namespace that can be entered: the child of `unshare`. */
export async function processInside(unsharePid: number, read: (path: string) => Promise<string>): Promise<number> {
  const children = await read(`/proc/${unsharePid}/task/${unsharePid}/children`)
  const first = Number(children.trim().split(' ')[0])
  if (!(first > 0)) throw new Error(`process ${unsharePid} has no child to enter`)
  await access(`/proc/${first}/ns/net`)
  return first
}
