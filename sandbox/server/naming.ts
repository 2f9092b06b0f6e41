import type { Resource } from '../../api/kube-object.ts'

/** `deployments.apps`, as messages name a resource. */
export const resourceText = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): string =>
  group === '' ? plural : `${plural}.${group}`

/** `Deployment.apps`, as messages about a broken object name its kind. */
export const kindText = ({ group, kind }: Pick<Resource, 'group' | 'kind'>): string =>
  group === '' ? kind : `${kind}.${group}`
