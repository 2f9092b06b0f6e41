import { apiVersion } from '../api/names.ts'
import type { Found } from './discover.ts'

/** A Rollout as a person would write it, with a word to each choice. Names of Kubernetes objects need no quotes in YAML. */
export function rolloutText({ workload, services, ingresses }: Found, namespace: string): string {
  return `# Progressive delivery of Deployment ${workload}: the next change of its pods is held and released step by step.
# Check it: sluice lint -f FILE -n ${namespace}   What it will do: sluice plan -f FILE -n ${namespace}
apiVersion: ${apiVersion}
kind: Rollout
metadata:
  name: ${quoted(workload)}
  namespace: ${quoted(namespace)}
spec:
  workloadRef:                # your own Deployment, unchanged
    kind: Deployment
    name: ${quoted(workload)}
  strategy:
    canary:
      steps:                  # weight: percent of the traffic, and of the pods unless replicas says otherwise
        - weight: 10
          gates:
            - approval: {}    # waits for: sluice approve ${workload}
        - weight: 50
          gates:
            - pause: 10m      # goes on by itself; or let metrics judge it (sluice analysis list shows which):
            # - analysis: { name: nginx-success-rate }
        - weight: 90
          gates:
            - approval: {}    # then it is promoted
  traffic:                    # sends to ${services.map((name) => `Service ${name}`).join(', ')}
${ingresses.map((name) => `    - ingress:\n        name: ${quoted(name)}`).join('\n')}
  progressDeadline: 10m       # pods or routes that are not ready by then: rolled back
`
}

/** A name of digits would be a number. */
const quoted = (name: string): string =>
  /^[a-z][a-z0-9.-]*$/.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/.test(name) ? name : JSON.stringify(name)
