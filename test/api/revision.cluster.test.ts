import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revisionOf } from '../../api/hash.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { startCluster } from '../cluster/cluster.ts'

const image = 'registry.example.com/web:v1'
const web = { name: 'web', image, ports: [{ containerPort: 8080 }] }
const httpGet = { path: '/', port: 8080 }

/** Pod specs as charts have them; each leaves much to the server's defaults. */
const podSpecs: Readonly<Record<string, object>> = {
  plain: { containers: [web] },
  latest: { containers: [{ name: 'web', image: 'registry.example.com/web' }] },
  probes: {
    containers: [
      {
        ...web,
        readinessProbe: { httpGet },
        livenessProbe: { tcpSocket: { port: 8080 } },
        startupProbe: { grpc: { port: 9090 } },
        lifecycle: { preStop: { httpGet } },
      },
    ],
  },
  volumes: {
    containers: [{ ...web, volumeMounts: [{ name: 'config', mountPath: '/etc/web' }] }],
    volumes: [
      { name: 'config', configMap: { name: 'web' } },
      { name: 'secret', secret: { secretName: 'web' } },
      { name: 'scratch', emptyDir: {} },
      { name: 'host', hostPath: { path: '/var/log' } },
      { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
      {
        name: 'claim',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
      { name: 'iscsi', iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:x', lun: 0 } },
    ],
  },
  sidecars: {
    initContainers: [
      { name: 'migrate', image },
      { name: 'proxy', image, restartPolicy: 'Always', readinessProbe: { httpGet } },
    ],
    containers: [web, { name: 'log', image, command: ['tail'] }],
  },
  'host-network': { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet', containers: [web] },
  resources: {
    containers: [{ ...web, resources: { limits: { cpu: '1000m', memory: '1024Mi' }, requests: { cpu: '0.10' } } }],
  },
  env: {
    containers: [
      {
        ...web,
        env: [
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'web', key: 'key' } } },
          { name: 'EMPTY', value: '' },
        ],
      },
    ],
  },
  security: {
    serviceAccountName: 'web',
    securityContext: { runAsNonRoot: true, fsGroup: 1_000 },
    containers: [{ ...web, securityContext: { procMount: 'Default', capabilities: { drop: ['ALL'] } } }],
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} },
    ],
    terminationGracePeriodSeconds: 0,
  },
}

const labels = { app: 'web' }
const templateOf = (spec: object) => ({ metadata: { labels, annotations: { note: 'x' } }, spec })

function deployment(name: string, template: unknown) {
  const spec = { replicas: 0, selector: { matchLabels: labels }, template }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' }, spec }
}

function podTemplate(name: string, template: unknown) {
  return { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name, namespace: 'default' }, template }
}

/** The identity of a release rests on this: a Deployment's template and one kept in a PodTemplate are read alike. */
describe('a pod template that is kept in a PodTemplate', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 1 })
  })
  afterAll(() => cluster?.stop())

  const read = async (resource: string, name: string, path: string): Promise<unknown> => {
    const { stdout } = await cluster.kubectl('get', resource, name, '-o', `jsonpath={${path}}`)
    return JSON.parse(stdout)
  }

  it.each(Object.keys(podSpecs))('has the revision that it has in the Deployment: %s', async (name) => {
    const written = templateOf(podSpecs[name] ?? {})
    expect(await cluster.apply(deployment(name, written))).toMatchObject({ code: 0 })
    const inDeployment = await read('deployment', name, '.spec.template')

    const kept = await cluster.apply(podTemplate(`${name}-stable`, inDeployment), podTemplate(`${name}-raw`, written))
    expect(kept).toMatchObject({ code: 0 })
    const asRead = await read('podtemplate', `${name}-stable`, '.template')
    const asWritten = await read('podtemplate', `${name}-raw`, '.template')

    expect(asRead).toEqual(inDeployment)
    expect(asWritten).toEqual(inDeployment)
    expect(revisionOf(asRead)).toBe(revisionOf(inDeployment))
    expect(revisionOf(inDeployment)).not.toBe(revisionOf(written))
  })

  it('has it still when it is written back into the Deployment', async () => {
    for (const [name, spec] of Object.entries(podSpecs)) {
      const before = await read('deployment', name, '.spec.template')
      const changed = templateOf({ ...spec, containers: [{ ...web, image: 'registry.example.com/web:v2' }] })
      expect(await cluster.apply(deployment(name, changed))).toMatchObject({ code: 0 })
      const template = await read('podtemplate', `${name}-stable`, '.template')
      const patch = JSON.stringify([{ op: 'replace', path: '/spec/template', value: template }])
      const patched = await cluster.kubectl('patch', 'deployment', name, '--type=json', '-p', patch)
      expect(patched).toMatchObject({ code: 0 })
      expect(revisionOf(await read('deployment', name, '.spec.template'))).toBe(revisionOf(before))
    }
  })
})
