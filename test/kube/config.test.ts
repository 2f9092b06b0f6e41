import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../kube/config.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-config-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function kubeconfig(user: object): string {
  const file = join(folder, 'config')
  const config = {
    'current-context': 'one',
    clusters: [{ name: 'c', cluster: { server: 'https://api.test:6443', 'certificate-authority-data': 'Y2E=' } }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'one', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
      { name: 'two', context: { cluster: 'c', user: 'u' } },
    ],
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

describe('a kubeconfig', () => {
  it('gives server, namespace, CA and token', async () => {
    const connection = await loadConfig({ kubeconfig: kubeconfig({ token: 'abc' }) })
    expect(connection).toMatchObject({
      server: 'https://api.test:6443',
      namespace: 'shop',
      contextName: 'one',
      user: 'u',
    })
    expect(String(connection.tls.ca)).toBe('ca')
    expect(await connection.headers()).toEqual({ authorization: 'Bearer abc' })
  })

  it('lets flags win over the context', async () => {
    const file = kubeconfig({ token: 'abc' })
    expect((await loadConfig({ kubeconfig: file, context: 'two' })).namespace).toBe('default')
    expect((await loadConfig({ kubeconfig: file, namespace: 'other' })).namespace).toBe('other')
  })

  it('impersonates', async () => {
    const impersonate = { user: 'jane', groups: ['dev', 'ops'] }
    const connection = await loadConfig({ kubeconfig: kubeconfig({ token: 'abc' }), impersonate })
    expect(await connection.headers()).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-group': ['dev', 'ops'],
    })
  })

  it('runs an exec plugin once for many requests', async () => {
    const log = join(folder, 'runs')
    const script = `echo run >> ${log}; echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t1"}}'`
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script] }
    const connection = await loadConfig({ kubeconfig: kubeconfig({ exec }) })
    const asked = await Promise.all(Array.from({ length: 20 }, () => connection.headers()))
    expect(asked[7]).toEqual({ authorization: 'Bearer t1' })
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(log, 'utf8').split('\n').filter(Boolean).length).toBeLessThanOrEqual(2)
  })

  it.each([
    ['an unknown context', { context: 'three' }, 'There is no context "three" in the kubeconfig; it has: one, two.'],
    ['a failing plugin', {}, 'Cannot get credentials for the cluster: log in first.'],
  ])('says in a sentence what is wrong with %s', async (_name, options, message) => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', 'echo log in first >&2; exit 1'],
    }
    await expect(loadConfig({ kubeconfig: kubeconfig({ exec }), ...options })).rejects.toThrow(message)
  })

  it('says so when there is none', async () => {
    vi.stubEnv('KUBECONFIG', '')
    vi.stubEnv('HOME', folder)
    await expect(loadConfig()).rejects.toThrow('There is no kubeconfig: set KUBECONFIG')
    await expect(loadConfig({ kubeconfig: join(folder, 'nope') })).rejects.toThrow(/^Cannot read the kubeconfig .*nope/)
  })
})
