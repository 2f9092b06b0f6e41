import type { KubeClient } from './kube-access.ts'

/** What a fresh cluster has before anybody deploys: nodes with room for everything, and the class of our gateway. */
export async function seedCluster(client: KubeClient, nodes: number): Promise<void> {
  const node = (index: number) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${index}`,
      labels: { 'kubernetes.io/hostname': `node-${index}`, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    },
  })
  await Promise.all([
    ...Array.from({ length: nodes }, (_, index) => post(client, '/api/v1/nodes', node(index))),
    post(client, '/apis/networking.k8s.io/v1/ingressclasses', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'nginx' },
      spec: { controller: 'k8s.io/ingress-nginx' },
    }),
  ])
}

/** True once a pod that is created now would be admitted, scheduled and started. */
export async function isSeeded(client: KubeClient, nodes: number): Promise<true | undefined> {
  const account = await client.send('GET', '/api/v1/namespaces/default/serviceaccounts/default', { accept: [404] })
  if (account.status === 404) return undefined
  const list = (await client.send('GET', '/api/v1/nodes')).json() as NodeList
  const usable = list.items.filter(
    ({ spec, status }) =>
      (spec.taints ?? []).length === 0 && status.conditions?.some((it) => it.type === 'Ready' && it.status === 'True'),
  )
  return usable.length === nodes || undefined
}

async function post(client: KubeClient, path: string, body: unknown): Promise<void> {
  await client.send('POST', path, { body, accept: [409] })
}

interface NodeList {
  readonly items: readonly {
    readonly spec: { readonly taints?: readonly unknown[] }
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
  }[]
}
