import { describe, expect, it } from 'vitest'
import { kindsWith, objectOf, service } from './objects.ts'

const { write } = kindsWith()
const addressOf = (object: object) => Object(Object(object).spec).clusterIP

describe('a Service', () => {
  it('is given an address of 10.96.0.0/12, the same in every run', () => {
    const { object } = write(service())
    expect(addressOf(object)).toMatch(/^10\.(9[6-9]|10\d|11[01])\./)
    expect(write(service()).object).toEqual(object)
    expect(object).toMatchObject({
      spec: {
        type: 'ClusterIP',
        clusterIPs: [addressOf(object)],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
      },
      status: { loadBalancer: {} },
    })
  })

  it('is given no address that another one has, and refused one that it asks for', () => {
    const first = write(service({}, { name: 'other' })).object
    const taken = addressOf(write(service()).object)
    const world = kindsWith([{ ...first, spec: { ...Object(first['spec']), clusterIP: taken } }])
    expect(addressOf(world.write(service()).object)).not.toBe(taken)
    expect(world.write(service({ clusterIP: taken })).causes).toEqual([
      `spec.clusterIPs: Invalid value: ["${taken}"]: failed to allocate IP ${taken}: provided IP is already allocated`,
    ])
  })

  it('keeps its address when an update does not name it', () => {
    const { object: old } = write(service({ clusterIP: '10.97.1.2' }))
    const { object, causes } = write(service({ ports: [{ port: 81 }] }), old)
    expect([addressOf(object), causes]).toEqual(['10.97.1.2', []])
  })

  it('stays headless', () => {
    const { object: old } = write(service({ clusterIP: 'None', ports: [] }))
    expect(old).toMatchObject({ spec: { clusterIP: 'None', clusterIPs: ['None'] } })
    expect(write(old, old).causes).toEqual([])
  })

  it('has node ports while its type is NodePort, and the same for the same port', () => {
    const { object: exposed } = write(service({ type: 'NodePort' }))
    const nodePort = Object(exposed['spec']).ports[0].nodePort
    expect(nodePort).toBeGreaterThanOrEqual(30_000)
    expect(write(service({ type: 'NodePort' }), exposed).object).toHaveProperty('spec.ports.0.nodePort', nodePort)

    const { object: back, causes } = write(
      { ...exposed, spec: { ...Object(exposed['spec']), type: 'ClusterIP' } },
      exposed,
    )
    expect(causes).toEqual([])
    expect(back).not.toHaveProperty('spec.ports.0.nodePort')
    expect(back).not.toHaveProperty('spec.externalTrafficPolicy')
  })

  it('gives its address back when it becomes a name', () => {
    const { object: old } = write(service())
    const renamed = { ...old, spec: { ...Object(old['spec']), type: 'ExternalName', externalName: 'shop.test' } }
    const { object, causes } = write(renamed, old)
    expect(causes).toEqual([])
    expect(object).not.toHaveProperty('spec.clusterIP')
  })
})

describe('a Service without an address', () => {
  it('is one that only names another host', () => {
    const external = objectOf('v1', 'Service', { spec: { type: 'ExternalName', externalName: 'shop.test' } })
    expect(write(external).object['spec']).toEqual({
      type: 'ExternalName',
      externalName: 'shop.test',
      sessionAffinity: 'None',
    })
  })
})
