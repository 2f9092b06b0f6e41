import { expect } from 'vitest'
import type { MeasureRequest, Reading } from '../../analysis/measurement.ts'
import type { PrometheusSource } from '../../api/analysis.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { KubeError } from '../../kube/errors.ts'
import type { KubeClient } from '../../kube/types.ts'
import { jsonAnswer } from '../contracts/metric-provider.ts'

export const here: PrometheusSource = { kind: 'prometheus', address: 'http://prometheus.shop:9090', headers: [] }
export const scalar = (value: number) =>
  jsonAnswer({ status: 'success', data: { resultType: 'scalar', result: [0, `${value}`] } })
export const one: Reading = { kind: 'values', values: [{ series: 'scalar', value: 1 }] }
export const away = (why: unknown): Reading => ({
  kind: 'away',
  why: expect.stringMatching(why instanceof RegExp ? why : new RegExp(String(why))),
})

export const request = (changes: Partial<MeasureRequest> = {}): MeasureRequest => ({
  id: 'step-1/success/rate',
  atMs: Date.UTC(2026, 0, 1),
  namespace: 'shop',
  trusted: true,
  source: here,
  questions: { value: 'up' },
  pods: { canary: 'app=web,copy=canary', stable: 'app=web' },
  ...changes,
})

export const secret = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
})

export const nothing: Pick<KubeClient, 'get' | 'list'> = {
  get: async () => Promise.reject(new KubeError('not-found', 'no such object')),
  list: async () => ({ items: [], resourceVersion: '1' }),
}
