/** Who makes a request. */
export interface Caller {
  readonly username: string
  readonly groups: readonly string[]
  readonly uid?: string
}

/** May do everything, whatever RBAC says. */
export const mastersGroup = 'system:masters'

export const admin: Caller = { username: 'admin', groups: [mastersGroup, 'system:authenticated'] }

/** The built-in controllers and the kubelet. */
export const system: Caller = { username: 'system:sandbox', groups: [mastersGroup, 'system:authenticated'] }

/** What one wants to do, as RBAC sees it. */
export interface Attributes {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, or a verb of one's own. */
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}

/** Whether the caller may do that. */
export type Authorize = (caller: Caller, attributes: Attributes) => boolean
