import { Command } from 'commander'
import { version as apiVersion } from '../../api/names.ts'
import type { Context } from '../session.ts'
import { version } from '../version.ts'

export function versionCommand({ terminal }: Context): Command {
  return new Command('version')
    .description('print the version of this program')
    .action(() => terminal.out(`sluice ${version} (sluice.dev/${apiVersion}, node ${process.versions.node})`))
}
