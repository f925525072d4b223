import { z } from 'zod'
import { showRun } from '../../cards/topics.ts'
import { InputError, RefusedError } from '../../errors.ts'
import type { SubmitRequest } from '../../lab/lab.ts'
import { everyone } from '../allow.ts'
import { argument } from '../argument.ts'
import { optionalDuration, optionalText, patternsFlag, priorityFlag } from '../arguments.ts'
import { command } from '../command.ts'
import { fileNamed } from '../file-named.ts'
import { queueFull } from '../queue-full.ts'
import { run, waiting } from '../results.ts'
import type { CommandContext } from '../types.ts'

const args = z
  .strictObject({
    family: argument(z.string(), {
      label: 'FAMILY',
      place: 0,
      lookup: 'families',
      hint: 'Kind of board to run on.',
    }),
    binary: optionalText({
      label: 'BINARY',
      place: 1,
      file: true,
      hint: 'The program: a file, an allowed address, or T12/hello, a file kept of a test.',
    }),
    args: argument(z.array(z.string()).default([]), {
      label: 'ARGS',
      rest: true,
      hint: 'Arguments of the program.',
    }),
    priority: priorityFlag({ hint: 'Who goes first.' }),
    timeout: optionalDuration({ label: '30m', flag: 'timeout', hint: 'How long it may run.' }),
    env: argument(z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).default({}), {
      label: 'K=V',
      flag: 'env',
      lines: true,
      hint: 'Environment of the program; may be given again.',
    }),
    board: boardFlag(),
    collect: patternsFlag(),
    entry: optionalText({
      label: 'PATH',
      flag: 'entry',
      hint: 'What to run, where BINARY is a .tar, .tar.gz or .tgz.',
    }),
    shell: optionalText({ label: '"COMMAND"', flag: 'shell', hint: 'A command line instead of a program.' }),
  })
  .refine(given => given.binary !== undefined || given.shell !== undefined, {
    path: ['binary'],
    message: 'is missing: name a program, or give a command line with --shell "…"',
    when: () => true,
  })
  .refine(
    given => given.shell === undefined || (given.binary === undefined && (given.args ?? []).length === 0),
    {
      path: ['shell'],
      message: 'stands alone: no BINARY and no ARGS beside it',
      when: () => true,
    },
  )
  .refine(given => given.entry === undefined || given.shell === undefined, {
    path: ['entry'],
    message: 'is of an archive: it does not go with --shell',
    when: () => true,
  })

function boardFlag() {
  const meta = { label: 'ID', flag: 'board', lookup: 'boards', hint: 'One board and no other.' } as const
  return argument(z.string().optional(), meta)
}

type Args = z.output<typeof args>

export const runTest = command({
  name: 'run-test',
  group: 'run a test',
  summary: 'run a program on a board and tell how it went',
  examples: [
    'run-test socA ./hello',
    'run-test socA ./hello --priority high --timeout 5m -- -v 2',
    'run-test socA T12/hello --board soc-a-001',
    'run-test socA https://ci.example.com/job/hello/hello',
    'run-test socB --shell "uname -a"',
    "run-test socA ./suite.tar.gz --entry run.sh --collect 'results/*.xml' -- quick",
  ],
  args,
  result: z.object({ run, waiting: waiting.nullable() }),
  role: 'user',
  form: true,
  allow: everyone,
  http: { method: 'POST', path: '/tests', status: 201 },
  async run(given, ctx) {
    const request = await requestOf(given, ctx)
    const { person, origin } = ctx.caller
    const submitted = await ctx.lab.submit(request, person, origin).catch((error: unknown) => {
      throw error instanceof RefusedError && error.code === 'queue-full'
        ? queueFull(ctx.lab, given.family, typed(given))
        : error
    })
    return { run: submitted, waiting: ctx.lab.waiting(submitted.id) }
  },
  show: ({ run: submitted }, { lab }) => showRun(lab, submitted),
  started: ({ run: submitted }) => `run/${submitted.id}`,
})

async function requestOf(given: Args, ctx: CommandContext): Promise<SubmitRequest> {
  const { family, args: words, env, priority } = given
  const program = await programOf(given, ctx)
  return {
    family,
    board: given.board ?? null,
    program,
    args: words,
    env,
    priority,
    timeoutMs: given.timeout ?? null,
    collect: given.collect,
    ...(ctx.callback === undefined ? {} : { callback: ctx.callback }),
  }
}

async function programOf(
  { binary, shell, entry }: Args,
  ctx: CommandContext,
): Promise<SubmitRequest['program']> {
  if (shell !== undefined) return { kind: 'shell', command: shell }
  const file = binary === undefined ? null : await fileNamed(binary, ctx)
  if (file !== null) return { kind: 'file', file, ...(entry === undefined ? {} : { entry }) }
  throw new InputError(`"${binary ?? ''}" is only a word here: it opens no file of the bot's machine.`, {
    field: 'binary',
    hint: 'Attach the program, name an allowed address or a kept file (T12/hello), or type it at the terminal.',
  })
}

/** The words after the family, for the hint that names another one. */
function typed({ binary, shell }: Args): readonly string[] {
  return shell === undefined ? [binary ?? ''] : ['--shell', shell]
}
