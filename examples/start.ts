/** What `npm start` runs: finds or builds the real cluster's programs, then walks through a release inside a namespace of its own. */
import { fileURLToPath } from 'node:url'
import { ensureBinaries } from '../test/cluster/binaries.ts'
import { enter } from '../test/cluster/enter.ts'
import { whyNoNamespace } from '../test/cluster/namespace.ts'

const walk = fileURLToPath(new URL('walk.ts', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

process.exitCode = await start()

async function start(): Promise<number> {
  const noNamespace = await whyNoNamespace()
  if (noNamespace !== undefined) return refuse(noNamespace)
  const outcome = await ensureBinaries({ progress: (line) => console.log(line) })
  if (outcome.kind !== 'found')
    return refuse(outcome.kind === 'impossible' ? outcome.why : 'its programs are not built')
  return enter([process.execPath, '--import', 'tsx', walk, ...process.argv.slice(2)], { cwd: root })
}

function refuse(why: string): number {
  console.error(`npm start shows a release on a real cluster, and this machine cannot have one: ${why}`)
  console.error(
    'It needs Linux, ip and unshare, and kube-apiserver 1.36 and the rest on the PATH or Go 1.26 to build them (README.md).',
  )
  return 1
}
