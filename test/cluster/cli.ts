import { Command } from 'commander'
import { cacheFolder, ensureBinaries } from './binaries.ts'
import { enter } from './enter.ts'
import type { Ready } from './instance.ts'
import { down, exec, status, up } from './instance-commands.ts'
import { whyNoNamespace } from './namespace.ts'

const program = new Command('npm run cluster --')
  .description(
    'A real Kubernetes control plane with nodes, pods that answer, a gateway and a Prometheus, without containers.',
  )
  .enablePositionalOptions()
  .showHelpAfterError()

const withName = (command: Command) => command.option('-n, --name <name>', 'which cluster', 'default')

withName(program.command('up'))
  .description('start a cluster in the background and print how to use it')
  .action(async ({ name }: { readonly name: string }) => {
    await needBinaries()
    const { state, already } = await up(name)
    console.log(already ? `cluster ${name} runs already` : `cluster ${name} is up`)
    console.log(howToUse(state))
  })

withName(program.command('down'))
  .description('stop a cluster; nothing is left of it')
  .action(async ({ name }: { readonly name: string }) => {
    const outcome = await down(name)
    const said = { stopped: 'is stopped', swept: 'had died; its files are removed', nothing: 'does not run' }
    console.log(`cluster ${name} ${said[outcome]}`)
  })

program
  .command('status')
  .description('say which clusters run')
  .action(async () => {
    const lines = await status()
    if (lines.length === 0) console.log('no cluster runs')
    for (const { name, instance } of lines) {
      if (instance.kind !== 'alive') console.log(`${name}: died; clean up with: npm run cluster -- down --name ${name}`)
      else if (instance.state.kind === 'starting') console.log(`${name}: starting`)
      else console.log(`${name}: runs since ${instance.state.since}\n${howToUse(instance.state)}`)
    }
  })

withName(program.command('exec'))
  .description('run a command inside a running cluster, its kubectl, helm and kubeconfig at hand')
  .argument('<command...>')
  .passThroughOptions()
  .action(async (command: readonly string[], { name }: { readonly name: string }) => {
    process.exitCode = await exec(name, command)
  })

withName(program.command('shell'))
  .description('open a shell inside a running cluster')
  .action(async ({ name }: { readonly name: string }) => {
    process.exitCode = await exec(name, [process.env.SHELL ?? 'sh'])
  })

program
  .command('run')
  .description('run a command in fresh namespaces, where it may start a cluster: run vitest run --project e2e FILE')
  .argument('<command...>')
  .passThroughOptions()
  .action(async (command: readonly string[]) => {
    await needBinaries()
    process.exitCode = await enter(command)
  })

program
  .command('binaries')
  .description('find or build everything that a cluster consists of')
  .action(async () => {
    await needBinaries()
    console.log(`all there (built ones are in ${cacheFolder()})`)
  })

async function needBinaries(): Promise<void> {
  const why = await whyNoNamespace()
  if (why !== undefined) throw new Error(why)
  const outcome = await ensureBinaries()
  if (outcome.kind === 'impossible') throw new Error(outcome.why)
}

function howToUse({ kubeconfig, gatewayUrl, prometheusUrl, env }: Ready): string {
  return [
    `  export PATH=${env['PATH']?.split(':')[0]}:$PATH   # its kubectl and helm`,
    `  export KUBECONFIG=${kubeconfig}`,
    `  gateway: ${gatewayUrl}   (curl -H 'Host: YOUR-HOST' ${gatewayUrl}/)`,
    `  prometheus: ${prometheusUrl}   (sluice controller --prometheus ${prometheusUrl})`,
  ].join('\n')
}

try {
  await program.parseAsync()
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
