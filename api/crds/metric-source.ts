import { refusedHeaders } from '../header.ts'
import {
  addressPattern,
  headerNamePattern,
  headerPattern,
  maxBodyLength,
  maxHeaderLength,
  maxHeaderNameLength,
  maxHeaders,
  maxNameLength,
  maxUrlLength,
  namePattern,
} from '../limits.ts'
import { authTypes, methods, type sourceKinds } from '../parse-source.ts'
import { duration, named, object, oneOf, type Schema, text } from './schema.ts'

const header = object(
  'One HTTP header.',
  {
    name: text('Its name.', { pattern: headerNamePattern, maxLength: maxHeaderNameLength }),
    value: text('Its value. A secret belongs into auth.', { pattern: headerPattern, maxLength: maxHeaderLength }),
  },
  {
    required: ['name', 'value'],
    rules: [
      {
        rule: `!(self.name.lowerAscii() in [${refusedHeaders.map((name) => `'${name}'`).join(', ')}])`,
        message: 'this header cannot be set: credentials belong in a Secret, named by auth',
        fieldPath: '.name',
      },
    ],
  },
)

const headers = named('HTTP headers, such as X-Scope-OrgID, which names a tenant.', header, {
  maxItems: maxHeaders,
  rules: [
    {
      rule: 'self.all(a, self.exists_one(b, a.name.lowerAscii() == b.name.lowerAscii()))',
      message: 'names the same header twice: upper and lower case are alike',
    },
  ],
})

const auth = object(
  'Who asks.',
  {
    type: oneOf('basic: keys username and password. bearer: token. tls: tls.crt and tls.key.', authTypes),
    secret: text(
      "Name of the Secret: in the Rollout's namespace for an Analysis, in that of Sluice for a ClusterAnalysis. A key ca.crt is trusted.",
      { pattern: namePattern, minLength: 1, maxLength: maxNameLength },
    ),
  },
  { required: ['type', 'secret'] },
)

const address = (description: string) => text(description, { pattern: addressPattern, maxLength: maxUrlLength })

const range = object(
  'A range query over the last while. Absent: an instant query.',
  {
    last: duration('How far back.', { least: '1s' }),
    step: duration('Time between two points.', { least: '1s' }),
  },
  {
    required: ['last', 'step'],
    rules: [{ rule: 'duration(self.step) <= duration(self.last)', message: 'step must not be longer than last' }],
  },
)

const prometheus = object('Prometheus, or what speaks its API: Thanos, Mimir, Cortex, VictoriaMetrics.', {
  address: address('Its address. Absent: the one that the controller was given.'),
  headers,
  auth,
  range,
})

const web = object(
  'Any server that answers with JSON; a query is the JSONPath of the value in its answer.',
  {
    url: address('What to ask.'),
    method: oneOf('How to ask. Default: GET.', methods),
    headers,
    body: text('What to send with POST.', { minLength: 1, maxLength: maxBodyLength }),
    auth,
  },
  {
    required: ['url'],
    rules: [
      {
        rule: "!has(self.body) || (has(self.method) && self.method == 'POST')",
        message: 'body is sent with method POST only',
      },
    ],
  },
)

/** Where answers come from, by kind; `parse-source.ts` reads the same. */
export const sourceSchemas: Readonly<Record<(typeof sourceKinds)[number], Schema>> = {
  prometheus,
  web,
  kubernetes: object('What the cluster itself knows of the pods: a query is restarts, oom-kills, unready or pods.', {}),
}
