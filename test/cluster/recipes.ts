/** One thing that `go` builds for us, once, and the programs that come out of it. */
export interface Recipe {
  readonly name: string
  readonly version: string
  /** A folder under modules/ that is copied and built; undefined for what `go install` can fetch by itself. */
  readonly module?: string
  /** The Go package of the main function, with `@version` where there is no module folder. */
  readonly package: string
  readonly ldflags: string
  /** Build tags, joined by commas. */
  readonly tags?: string
  /** Take go.sum from this dependency's own folder: the checksum database does not know everything it needs. */
  readonly sumOf?: string
  readonly programs: readonly Program[]
}

export type Program =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'kwok'
  | 'helm'
  | 'traefik'
  | 'prometheus'
  | 'promtool'

const component = 'k8s.io/component-base/version'

const prometheus = {
  version: '3.15.0',
  module: 'prometheus',
  ldflags: '-s -w -X github.com/prometheus/common/version.Version=3.15.0',
  tags: 'remove_all_sd,enable_kubernetes_sd', // without the SDKs of every cloud: half the time to build
  sumOf: 'github.com/prometheus/prometheus@v0.315.0',
} as const

export const recipes: readonly Recipe[] = [
  {
    name: 'control-plane',
    version: '1.36.3',
    module: 'control-plane',
    package: '.',
    ldflags: `-s -w -X ${component}.gitVersion=v1.36.3 -X ${component}.gitMajor=1 -X ${component}.gitMinor=36 -X ${component}.gitTreeState=clean`,
    programs: ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'],
  },
  {
    name: 'kwok',
    version: '0.8.0',
    package: 'sigs.k8s.io/kwok/cmd/kwok@v0.8.0',
    ldflags: '-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0',
    programs: ['kwok'],
  },
  {
    name: 'helm',
    version: '3.22.0',
    package: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
    ldflags: '-s -w -X helm.sh/helm/v3/internal/version.version=v3.22.0',
    programs: ['helm'],
  },
  {
    name: 'traefik',
    version: '3.7.10',
    module: 'traefik',
    package: 'github.com/traefik/traefik/v3/cmd/traefik',
    ldflags: '-s -w -X github.com/traefik/traefik/v3/pkg/version.Version=3.7.10',
    sumOf: 'github.com/traefik/traefik/v3@v3.7.10',
    programs: ['traefik'],
  },
  {
    ...prometheus,
    name: 'prometheus',
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
    programs: ['prometheus'],
  },
  {
    ...prometheus,
    name: 'promtool',
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    programs: ['promtool'],
  },
]

/** How a program that is already on this machine says its version, and which we can use. */
export interface Acceptable {
  readonly ask: readonly string[]
  readonly atLeast: Version
  readonly below: Version
}

export type Version = readonly [major: number, minor: number]

const kubernetes: Acceptable = { ask: ['--version'], atLeast: [1, 36], below: [2, 0] }

export const acceptable: Readonly<Record<Program, Acceptable>> = {
  etcd: { ask: ['--version'], atLeast: [3, 6], below: [4, 0] },
  'kube-apiserver': kubernetes,
  'kube-controller-manager': kubernetes,
  'kube-scheduler': kubernetes,
  kubectl: { ask: ['version', '--client'], atLeast: [1, 35], below: [2, 0] },
  kwok: { ask: ['--version'], atLeast: [0, 8], below: [1, 0] },
  helm: { ask: ['version', '--short'], atLeast: [3, 14], below: [5, 0] },
  traefik: { ask: ['version'], atLeast: [3, 7], below: [4, 0] },
  prometheus: { ask: ['--version'], atLeast: [3, 0], below: [4, 0] },
  promtool: { ask: ['--version'], atLeast: [3, 0], below: [4, 0] },
}

export const programs = Object.keys(acceptable) as readonly Program[]

/** The first `x.y` in what a program prints about itself. */
export function parseVersion(text: string): Version | undefined {
  const found = /\bv?(\d+)\.(\d+)(?:\.\d+)?/.exec(text)
  return found?.[1] === undefined || found[2] === undefined ? undefined : [Number(found[1]), Number(found[2])]
}

export function isAcceptable(program: Program, version: Version): boolean {
  const { atLeast, below } = acceptable[program]
  return !isBelow(version, atLeast) && isBelow(version, below)
}

export function isBelow(left: Version, right: Version): boolean {
  return left[0] === right[0] ? left[1] < right[1] : left[0] < right[0]
}
