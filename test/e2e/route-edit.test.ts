import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLoad } from '../../examples/traffic/load.ts'
import { type ControllerChild, startController } from './controller-child.ts'
import { eventually, must, type Stage, startStage, withinChance } from './stage.ts'

let stage: Stage
let controller: ControllerChild
beforeAll(async () => {
  stage = await startStage()
  controller = await startController(stage.cluster)
})
afterAll(async () => {
  await controller?.stop()
  await stage?.stop()
})

it('a host that is added to the Ingress at a gate gets its share of the new version too, and nothing is written twice', async () => {
  const shop = await stage.shop('route-edit', { rate: 100 })
  await must(shop.upgrade('v2'))
  await shop.atGate(1)
  const backend = { service: { name: shop.name, port: { name: 'http' } } }
  const rule = { host: 'second.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }
  const patch = JSON.stringify([{ op: 'add', path: '/spec/rules/-', value: rule }])
  await must(stage.cluster.kubectl('patch', 'ingress', shop.name, '-n', shop.namespace, '--type=json', '-p', patch))

  const second = startLoad({ url: stage.cluster.gatewayUrl, host: 'second.test', rate: 100, keepAlive: true })
  await eventually('v2 answers on the second host', async () => {
    const { versions } = await second.next(50)
    return (versions['v2']?.answers ?? 0) > 0 || JSON.stringify(versions)
  })
  const { versions, total } = await second.next(1000)
  const answers = versions['v2']?.answers ?? 0
  expect(withinChance(answers, total, 20), `${answers} of ${total}`).toBe(true)
  await second.stop()

  const before = controller.writes.length
  await shop.next(500)
  expect(controller.writes.slice(before)).toEqual([])
  const { sent, lost, detail } = await shop.finish()
  expect(lost, `${lost} of ${sent}: ${detail}`).toBe(0)
})
