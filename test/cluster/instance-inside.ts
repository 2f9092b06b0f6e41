/** Inside the namespaces: one cluster, and unix sockets through which the host reaches it. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bridge } from './bridge.ts'
import { startCluster } from './cluster.ts'

const folder = process.argv[2] ?? ''
const cluster = await startCluster({ folder: join(folder, 'cluster'), prometheus: true })
await bridge({ path: join(folder, 'api.sock') }, { port: Number(new URL(cluster.apiUrl).port) })
await bridge({ path: join(folder, 'gateway.sock') }, { port: Number(new URL(cluster.gatewayUrl).port) })
if (cluster.prometheus !== undefined) {
  await bridge({ path: join(folder, 'prometheus.sock') }, { port: Number(new URL(cluster.prometheus.url).port) })
}
const facts = { kubeconfig: cluster.kubeconfig, apiUrl: cluster.apiUrl, env: cluster.env }
await writeFile(join(folder, 'inside.json.new'), JSON.stringify(facts), { mode: 0o600 })
await rename(join(folder, 'inside.json.new'), join(folder, 'inside.json'))
