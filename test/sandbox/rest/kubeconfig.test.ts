import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../../kube/client.ts'
import { loadConfig } from '../../../kube/config.ts'
import { createAuthority, createServerCertificate } from '../../../sandbox/rest/certificate.ts'
import { kubeconfig } from '../../../sandbox/rest/kubeconfig.ts'
import { createBed, namespaces } from './bed.ts'

it('a kubeconfig is all that a client needs, over HTTPS', async () => {
  const authority = createAuthority('sandbox')
  const { server } = await createBed({ certificate: createServerCertificate(authority, ['127.0.0.1']) })
  const folder = await mkdtemp(join(tmpdir(), 'sluice-kubeconfig-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'config')
  const token = 'admin-token'
  await writeFile(file, kubeconfig({ server: server.url, ca: authority.cert, user: 'admin', token, namespace: 'shop' }))
  const connection = await loadConfig({ kubeconfig: file })
  expect(connection).toMatchObject({ server: server.url, namespace: 'shop', user: 'admin' })
  const client = createClient(connection)
  onTestFinished(() => client.close())
  expect(await client.get(namespaces, { name: 'shop' })).toMatchObject({ kind: 'Namespace' })
})
