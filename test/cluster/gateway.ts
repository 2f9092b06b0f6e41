import { fileURLToPath } from 'node:url'
import { type Site, start } from './control-plane.ts'
import type { Daemon } from './daemon.ts'

export function startGateway(site: Site, extraFlags: readonly string[] = []): Daemon {
  const flags = [
    `--entrypoints.web.address=127.0.0.1:${site.ports.gateway}`,
    `--entrypoints.traefik.address=127.0.0.1:${site.ports.gatewayPing}`,
    '--ping',
    '--providers.kubernetesingressnginx',
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
    '--log.level=INFO',
    ...extraFlags,
  ]
  return start(site, 'traefik', flags, { KUBECONFIG: site.kubeconfigFor('traefik') })
}

export function startKwok(site: Site): Daemon {
  const stage = (name: string) => `--config=${fileURLToPath(new URL(`stages/${name}.yaml`, import.meta.url))}`
  return start(site, 'kwok', [
    `--kubeconfig=${site.kubeconfigFor('kwok')}`,
    stage('options'),
    stage('node'),
    stage('pod'),
    '--manage-all-nodes',
    '--cidr=10.0.0.0/8',
    '--node-lease-duration-seconds=40',
  ])
}
