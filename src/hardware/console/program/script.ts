import { InputError } from '../../../errors.ts'
import { quote } from '../shell/frame-quote.ts'

export type Program = {
  folder: string
  argv: readonly string[]
  env: Readonly<Record<string, string>>
}

/**
 * The script that becomes the program: it says which process group it leads, then replaces itself. It is sent as
 * a file in checked blocks, so that no byte of an argument is ever typed as it is; single quotes carry them all.
 * `env` sets any name, and reaches the program alone.
 */
export function programScript(
  program: Program,
  facts: { ownFolder: string; setsid: boolean; env: boolean },
): Buffer {
  checkProgram(program)
  const assignments = Object.entries(program.env).map(([name, value]) => ({ name, value }))
  const lines = [
    // Here and not where it is started: the shell that waits says "Killed" to its own, which is nobody's.
    'exec 2>&1',
    // With its start time (proc(5) stat, field 22): a number alone may be another process one day.
    facts.setsid
      ? `read -r l </proc/$$/stat;set -- \${l##*) };echo $$ \${20} >${quote(`${facts.ownFolder}/g`)}`
      : ':',
    // Exported by some profile it would carry our prompt.
    'unset PS1 PS2',
    `cd ${quote(program.folder)}||exit 125`,
    `set -- ${program.argv.map(quote).join(' ')}`,
  ]
  const viaEnv = facts.env && !(program.argv[0] ?? '').includes('=')
  if (viaEnv && assignments.length > 0) {
    lines.push(`exec env ${assignments.map(({ name, value }) => quote(`${name}=${value}`)).join(' ')} "$@"`)
  } else {
    for (const { name, value } of assignments) lines.push(`export ${exportable(name)}=${quote(value)}`)
    lines.push('exec "$@"')
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

function checkProgram(program: Program): void {
  const texts = [program.folder, ...program.argv, ...Object.values(program.env)]
  if (texts.some(text => text.includes('\0')))
    throw new InputError('an argument or a value of the environment has a NUL byte', {
      hint: 'No program can be given one; leave it out.',
    })
  if ((program.argv[0] ?? '') === '')
    throw new InputError('there is no program to run', { hint: 'Give a binary or a command line.' })
  for (const name of Object.keys(program.env)) {
    if (name === '' || name.includes('=') || name.includes('\0'))
      throw new InputError(`${JSON.stringify(name)} is no name for the environment`, {
        hint: 'Give NAME=VALUE, with a name that has no = in it.',
      })
  }
}

function exportable(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw new InputError(`the board has no env, and its shell cannot set ${JSON.stringify(name)}`, {
    hint: 'Use letters, digits and underscores in the name.',
  })
}
