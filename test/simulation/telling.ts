import { numberOf, objectOf } from '../../api/json.ts'
import type { Moment } from './promises/moment.ts'

/** A write in one line, for those who read a story. */
export function tellWrite({ actor, type, object, after }: Moment): string {
  const verb = { ADDED: 'creates', MODIFIED: 'writes', DELETED: 'deletes' }[type]
  return `${actor} ${verb} ${object.kind} ${object.metadata.name}${detail(object, after)}`
}

function detail(object: Moment['object'], after: Moment['after']): string {
  const spec = objectOf(object['spec'])
  const status = objectOf(object['status'])
  switch (object.kind) {
    case 'Rollout': {
      const { phase, release, waiting } = after.rollout?.status ?? {}
      const step = release === undefined ? '' : ` ${release.stage ?? `step ${release.step}`} of ${release.attempt}`
      return `: ${phase ?? 'no status'}${step}${waiting === undefined ? '' : `, waits: ${waiting.reason}`}`
    }
    case 'Deployment': {
      const image = JSON.stringify(spec['template']).match(/web:(\w+)/)?.[1]
      return `: ${image}, ${numberOf(spec['replicas'])} replicas${spec['paused'] === true ? ', paused' : ''}, ${numberOf(status['updatedReplicas']) ?? 0} updated, ${numberOf(status['availableReplicas']) ?? 0} available`
    }
    case 'Ingress': {
      const route = after.routes.find(({ name }) => object.metadata.name === `${name}-canary`)
      return route === undefined ? '' : `: ${route.canary ?? 'no canary'} %`
    }
    case 'EndpointSlice':
      return `: ${JSON.stringify(object['endpoints']).split('"ready":true').length - 1} ready`
    case 'Pod':
      return `: ${String(status['phase'])}${object.metadata.deletionTimestamp === undefined ? '' : ', leaving'}`
    default:
      return ''
  }
}
