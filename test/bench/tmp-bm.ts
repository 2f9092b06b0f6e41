import { startCluster } from '../cluster/cluster.ts'

const c = await startCluster()
console.log((await c.run('bash', ['/tmp/bm.sh'])).stdout)
await c.stop()
process.exit(0)
