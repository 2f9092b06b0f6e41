import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { appName, root } from './chart.ts'
import type { RunFolder } from './run-folder.ts'
import type { Stage } from './stage.ts'

/** Writes what a second terminal needs, and gives the lines to type there. */
export function prepareShell(folder: RunFolder, { ground, chart }: Stage): readonly string[] {
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  const tsx = join(root, 'node_modules/tsx/dist/loader.mjs')
  writeFileSync(
    join(bin, 'sluice'),
    `#!/bin/sh\nexec "${process.execPath}" --import "${tsx}" "${root}cli/main.ts" "$@"\n`,
  )
  chmodSync(join(bin, 'sluice'), 0o755)
  const env = join(folder.path, 'env')
  writeFileSync(
    env,
    [
      `export KUBECONFIG='${ground.kubeconfig}'`,
      `export KUBECACHEDIR='${join(folder.path, 'kube-cache')}'`,
      `export PATH='${bin}':"$PATH"`,
      '',
    ].join('\n'),
  )
  return [
    'in a second terminal:',
    `  . ${env}`,
    `  sluice status ${appName} --watch`,
    `  kubectl get rollouts,deployments,pods`,
    `  ${chart.typed('v42')}`,
  ]
}
