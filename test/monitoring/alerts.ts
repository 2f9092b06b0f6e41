import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const alertsFile = fileURLToPath(new URL('../../examples/monitoring/alerts.yaml', import.meta.url))

export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** The rules of examples/monitoring/alerts.yaml, of all groups. */
export async function readAlerts(): Promise<readonly Alert[]> {
  const { groups } = parse(await readFile(alertsFile, 'utf8')) as { groups: readonly { rules: readonly Alert[] }[] }
  return groups.flatMap(({ rules }) => rules)
}
