import type { BuiltInName } from '../../api/analysis.ts'
import { envoyGatewayLatency, envoyGatewaySuccessRate } from './envoy-gateway.ts'
import type { BuiltIn } from './evidence.ts'
import { httpLatency, httpSuccessRate } from './http.ts'
import { nginxLatency, nginxSuccessRate } from './ingress-nginx.ts'
import { istioLatency, istioSuccessRate } from './istio.ts'
import { kubernetesAnalysis } from './kubernetes.ts'
import { linkerdLatency, linkerdSuccessRate } from './linkerd.ts'
import { otelLatency, otelSuccessRate } from './otel.ts'
import { traefikLatency, traefikSuccessRate } from './traefik.ts'

/** The analyses that come with Sluice, by name. Every parameter has a default. */
export const builtInAnalyses: Readonly<Record<BuiltInName, BuiltIn>> = {
  'nginx-success-rate': nginxSuccessRate,
  'nginx-latency': nginxLatency,
  'traefik-success-rate': traefikSuccessRate,
  'traefik-latency': traefikLatency,
  'istio-success-rate': istioSuccessRate,
  'istio-latency': istioLatency,
  'envoy-gateway-success-rate': envoyGatewaySuccessRate,
  'envoy-gateway-latency': envoyGatewayLatency,
  'linkerd-success-rate': linkerdSuccessRate,
  'linkerd-latency': linkerdLatency,
  'http-success-rate': httpSuccessRate,
  'http-latency': httpLatency,
  'otel-success-rate': otelSuccessRate,
  'otel-latency': otelLatency,
  kubernetes: kubernetesAnalysis,
}
