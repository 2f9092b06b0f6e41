import { fileURLToPath } from 'node:url'
import { ensureBinaries } from '../../test/cluster/binaries.ts'
import { enter } from '../../test/cluster/enter.ts'
import { whyNoNamespace } from '../../test/cluster/namespace.ts'
import { root } from '../demo/chart.ts'

const inside = fileURLToPath(new URL('inside.ts', import.meta.url))

/** Finds or builds the real cluster's programs, and runs the demo inside a namespace of its own. */
export async function startReal(args: readonly string[]): Promise<number> {
  const noNamespace = await whyNoNamespace()
  if (noNamespace !== undefined) return refuse(noNamespace)
  const outcome = await ensureBinaries({ progress: (line) => console.log(line) })
  if (outcome.kind !== 'found')
    return refuse(outcome.kind === 'impossible' ? outcome.why : 'its programs are not built')
  return enter([process.execPath, '--import', 'tsx', inside, ...args], { cwd: root })
}

function refuse(why: string): number {
  console.error(`npm start -- --real shows a release on a real cluster, and this machine cannot have one: ${why}`)
  console.error(
    'It needs Linux, ip and unshare, and kube-apiserver 1.36 and the rest on the PATH or Go 1.26 to build them (README.md). Without them: npm start',
  )
  return 1
}
