import { spawn } from 'node:child_process'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly input?: string
  readonly signal?: AbortSignal
  /** Killed with SIGKILL when we end, however we end. */
  readonly dieWithUs?: boolean
}

/** Runs a command to its end. A code other than 0 is a result, not an error; a command that is not there is code 127. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, ...rest] = options.dieWithUs ? dieWithParent([file, ...args]) : [file, ...args]
  return new Promise((resolve, reject) => {
    const child = spawn(program ?? file, rest, {
      env: options.env,
      cwd: options.cwd,
      signal: options.signal,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => {}) // it may end before it has read its input
    child.stdin.end(options.input ?? '')
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: 127, stdout: '', stderr: `${file}: not found` })
      else reject(error)
    })
    child.on('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    )
  })
}

/** The same command, which the kernel kills when its parent is gone: nobody is left behind by a killed suite. */
export function dieWithParent(command: readonly string[]): string[] {
  return ['setpriv', '--pdeathsig', 'KILL', ...command]
}
