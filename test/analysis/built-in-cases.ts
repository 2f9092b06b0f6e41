import type { BuiltInName } from '../../api/analysis.ts'

/** Of one store: what every question of an analysis must find in it, one number for each thing that counts. */
export interface BuiltInCase {
  readonly name: BuiltInName
  readonly sample: string
  readonly args?: Readonly<Record<string, string>>
  readonly expected: Readonly<Record<string, readonly number[]>>
}

const expect = (
  requestsCanary: readonly number[],
  requestsStable: readonly number[],
  badCanary: readonly number[],
  badStable: readonly number[],
) => ({
  'requests.canary': requestsCanary,
  'requests.stable': requestsStable,
  'bad.canary': badCanary,
  'bad.stable': badStable,
})

const nginx = expect([103, 200], [1007, 2000], [3, 0], [7, 0])
const nginxFast = expect([100], [1000], [80], [900])
const nginxWithin1 = expect([100], [1000], [90], [950])
const traefik = expect([426], [1605], [102], [5])
const traefikFast = expect([300], [1600], [100], [1500])
const envoy = expect([61, 60], [509], [1, 0], [9])
const envoyFast = expect([61], [509], [30], [450])
const envoyClusters = {
  canaryCluster: 'httproute/shop/web/rule/0/backend/1',
  stableCluster: 'httproute/shop/web/rule/0/backend/0',
}
const http = expect([44], [313, 310], [14], [13, 0])
const otel = expect([20], [235], [0], [15])
const otelFast = expect([20], [235], [16], [225])

/** Every number in the samples above 50,000 belongs to somebody else. */
export const builtInCases: readonly BuiltInCase[] = [
  { name: 'nginx-success-rate', sample: 'nginx', expected: nginx },
  { name: 'nginx-success-rate', sample: 'nginx-service-monitor', expected: nginx },
  { name: 'nginx-latency', sample: 'nginx', expected: nginxFast },
  { name: 'nginx-latency', sample: 'nginx-service-monitor', expected: nginxFast },
  { name: 'nginx-latency', sample: 'nginx', args: { seconds: '1' }, expected: nginxWithin1 },
  { name: 'traefik-success-rate', sample: 'traefik', expected: traefik },
  { name: 'traefik-success-rate', sample: 'traefik-service-monitor', expected: traefik },
  { name: 'traefik-success-rate', sample: 'traefik-gateway-api', expected: traefik },
  { name: 'traefik-latency', sample: 'traefik', expected: traefikFast },
  { name: 'traefik-latency', sample: 'traefik-gateway-api', expected: traefikFast },
  { name: 'istio-success-rate', sample: 'istio', expected: expect([104], [706, 800], [12], [6, 0]) },
  { name: 'istio-latency', sample: 'istio', expected: expect([90], [700], [40], [650]) },
  { name: 'envoy-gateway-success-rate', sample: 'envoy-gateway', expected: envoy },
  { name: 'envoy-gateway-success-rate', sample: 'envoy-gateway-filters', args: envoyClusters, expected: envoy },
  { name: 'envoy-gateway-latency', sample: 'envoy-gateway', expected: envoyFast },
  { name: 'envoy-gateway-latency', sample: 'envoy-gateway-filters', args: envoyClusters, expected: envoyFast },
  { name: 'linkerd-success-rate', sample: 'linkerd', expected: expect([52], [411], [12], [11]) },
  { name: 'linkerd-latency', sample: 'linkerd', expected: expect([40], [400], [35], [395]) },
  { name: 'http-success-rate', sample: 'http-code', expected: http },
  { name: 'http-success-rate', sample: 'http-status', expected: http },
  { name: 'http-success-rate', sample: 'http-status-code', expected: http },
  { name: 'http-latency', sample: 'http-code', expected: expect([44], [313], [25], [290]) },
  { name: 'otel-success-rate', sample: 'otel', expected: otel },
  { name: 'otel-success-rate', sample: 'otel-otlp', expected: otel },
  { name: 'otel-latency', sample: 'otel', expected: otelFast },
  { name: 'otel-latency', sample: 'otel-otlp', expected: otelFast },
]

export const ascending = (values: Iterable<number>): readonly number[] => [...values].sort((a, b) => a - b)
