import { objectOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'

/** What an IngressClass says to be served by ingress-nginx. */
export const nginxController = 'k8s.io/ingress-nginx'

const classAnnotation = 'kubernetes.io/ingress.class'
const annotationValue = 'nginx'

/**
 * The Ingresses that are ours: of a class whose controller is ingress-nginx, or, as before there were classes, annotated
 * with `nginx`. One without either is nobody's (`--watch-ingress-without-class` is off, as it is by default).
 */
export function servedIngresses(
  ingresses: readonly KubeObject[],
  classes: readonly KubeObject[],
): readonly KubeObject[] {
  const served = new Set(classes.filter(isNginx).map(({ metadata }) => metadata.name))
  return ingresses.filter((ingress) => {
    const className = textOf(objectOf(ingress.spec).ingressClassName)
    if (className !== undefined) return served.has(className)
    return ingress.metadata.annotations?.[classAnnotation] === annotationValue
  })
}

const isNginx = (ingressClass: KubeObject): boolean => objectOf(ingressClass.spec).controller === nginxController
