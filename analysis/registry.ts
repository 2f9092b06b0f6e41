import type { MetricSource } from '../api/analysis.ts'
import type { MetricProvider } from './provider.ts'
import { kubernetes } from './providers/kubernetes.ts'
import { prometheus } from './providers/prometheus.ts'
import { web } from './providers/web.ts'

type Providers = { readonly [K in MetricSource['kind']]: MetricProvider<Extract<MetricSource, { readonly kind: K }>> }

/** Every provider, one line each. */
const providers: Providers = {
  prometheus,
  web,
  kubernetes,
}

/** Who speaks to stores of this kind. It is given only sources of its own kind. */
export const providerFor = (kind: MetricSource['kind']): MetricProvider => providers[kind]
