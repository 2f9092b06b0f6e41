import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { KubeConnection } from '../../../kube/connection.ts'
import { type Bed, createBeds } from './bed.ts'
import { chapters } from './chapters.ts'
import { prepare } from './prepare.ts'

/** A Kubernetes cluster as an administrator reaches it. */
export interface ClusterUnderTest {
  readonly connection: KubeConnection
  stop(): Promise<void>
}

/** One behaviour that Sluice leans on. The title is a claim; `run` fails where it does not hold. */
export interface ContractCase {
  readonly title: string
  readonly run: (bed: Bed) => Promise<void>
}

export interface Chapter {
  readonly concern: string
  readonly cases: readonly ContractCase[]
}

/** A case that hangs should say so soon: the slowest wait some seconds for a controller. */
const longestMs = 40_000

const all = chapters.flatMap(({ cases }) => cases)

/** Runs every case over HTTP, side by side, each in a namespace of its own; then counts them. */
export function describeCluster(name: string, start: () => Promise<ClusterUnderTest>): void {
  vi.setConfig({ maxConcurrency: 16 }) // most cases only wait for controllers
  describe(`a cluster as Sluice leans on it: ${name}`, () => {
    const ran = new Set<string>()
    let cluster: ClusterUnderTest
    let beds: ReturnType<typeof createBeds>
    beforeAll(async () => {
      cluster = await start()
      beds = createBeds(cluster.connection)
      await beds.use('prepare', prepare)
    }, 180_000)
    afterAll(async () => {
      await beds?.close()
      await cluster?.stop()
    })

    for (const { concern, cases } of chapters) {
      describe.concurrent(concern, () => {
        for (const { title, run } of cases) {
          it(
            title,
            async () => {
              ran.add(title)
              await beds.use(concern, run)
            },
            longestMs,
          )
        }
      })
    }

    it('has run every case of the contract, each once', () => {
      console.log(`contract: ${ran.size} cases on ${name}`)
      expect([...ran].sort()).toEqual(all.map(({ title }) => title).sort())
    })
  })
}
