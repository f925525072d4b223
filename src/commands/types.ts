import type { z } from 'zod'
import type { Run, View } from '../cards/view.ts'
import type { FailureClass } from '../errors.ts'
import type { IncomingFile, Lab } from '../lab/lab.ts'
import type { Callback, Origin, Person, Role } from '../lab/types.ts'

export type Caller = { person: Person; role: Role; origin: Origin }

export type Expected = { topic: string; rev: number }

/** Narrow on purpose: who asks, and the lab's front door. */
export type CommandContext = {
  caller: Caller
  lab: Lab
  /** What the word for a file stands for on this face; null where words never open files (chat). Throws InputError. */
  file(word: string): Promise<IncomingFile | null>
  /** The revision that a button was drawn from. */
  expect?: Expected
  /** Where the result of a test is posted. */
  callback?: Callback
  /** The asker confirmed a dangerous act. */
  confirmed: boolean
  /** All commands, for help. */
  commands: readonly AnyCommand[]
}

export type ShowContext = { caller: Caller; lab: Lab }

/** `hintRuns` and `textRuns` say the same as the text beside them, with people as people. */
export type Refusal = { message: string; hint: string; hintRuns?: readonly Run[] }
export type Danger = {
  title: string
  text: string
  textRuns?: readonly Run[]
  ok: string
  /** What was looked at: when it has moved on by the time of the answer, it is asked again. */
  expect?: Expected
}

export type Lookup = 'families' | 'boards' | 'targets' | 'commands' | 'consoles'

/** How an argument is typed: by place, by flag, or as all words after `--`. Kept in a registry beside its schema. */
export type ArgumentMeta = {
  label: string
  hint?: string
  place?: number
  flag?: string
  rest?: true
  /** All words from its place on, as one: `audit WORDS`. */
  all?: true
  /** A length of time: programs may give it as a number of seconds. */
  duration?: true
  /** Left out of the command's form: for those who type, and for programs. */
  unasked?: true
  file?: true
  lines?: true
  /** A named lookup for completion, selects and nearest words; what is not among its options is refused. */
  lookup?: Lookup
}

/** 0 good, 1 failed, timeout or cancelled, 2 infrastructure or unreachable, 3 input (design 10). */
export type Exit = 0 | 1 | 2 | 3

// biome-ignore lint/suspicious/noExplicitAny: a registry holds commands of many argument types
export type AnyCommand = Command<any, any>

export type Command<A extends z.ZodObject, R> = {
  /** `run-test`, `queue move`. */
  name: string
  group: Group
  summary: string
  /** At least two that can be typed as they stand. */
  examples: readonly string[]
  args: A
  /** What the API and `--json` give; what it does not name (a board's log-in) never leaves. */
  result: z.ZodType<R>
  /** Whom it is for, for help and menus; `allow` decides. */
  role: Role
  /** Who holds a board may do it too, whatever the role. */
  orHolder?: true
  /** Typed with nothing else, it asks for its arguments. */
  form?: true
  /** Its answer holds a secret: it is for the asker's eyes alone, and the audit does not get it either. */
  private?: true
  allow(caller: Caller, args: z.output<A>, lab: Lab): Refusal | null
  /** What must be confirmed first, if anything; the lab is asked when it is acted on, not when it was drawn. */
  danger?(caller: Caller, args: z.output<A>, lab: Lab): Danger | null
  http?: {
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
    path: string
    status: number
    /** Other paths that mean the same (I3). */
    also?: readonly string[]
    /** Names that programs may call its arguments by beside their own: `board_family` for `target` (I3). */
    names?: Readonly<Record<string, string>>
    /** Topic whose end a reader may wait for before it is answered: `run/T12`. */
    waits?(args: z.output<A>): string
  }
  run(args: z.output<A>, ctx: CommandContext): Promise<R>
  show(result: R, ctx: ShowContext): View | Promise<View>
  /** Topic of what it started and a script waits for: `run/T12`. */
  started?(result: R): string | null
  /** The log that is to be printed as it comes. */
  follows?(result: R): Followed | null
  /** For a result that itself says that something is wrong: a board that does not answer. */
  exit?(result: R): Exit
}

/** A log to be printed from `after` on: to the end of the test, or for as long as somebody looks. */
export type Followed = {
  kind: 'run' | 'board'
  id: string
  /** Of a test: its console, not only its output. */
  whole: boolean
  /** Of a board, by name; null: the one that is worked at. */
  console: string | null
  grep: string | null
  times: boolean
  after: number
}

export const GROUPS = ['run a test', 'use a board', 'see the lab', 'run the lab'] as const
export type Group = (typeof GROUPS)[number]

export type FieldFault = { field: string; label: string; message: string }

/** Why a line did not do what it says, ready to be shown. */
export type Fault = {
  decision: 'invalid' | 'refused' | 'allowed'
  code: string
  message: string
  hint: string
  /** The same, with people as people. */
  hintRuns?: readonly Run[]
  failure: FailureClass
  /** Everything wrong with the arguments, at once. */
  fields?: readonly FieldFault[]
  reference?: string
  /** In how many milliseconds it may well go through. */
  retryMs?: number
  /** Command lines that were probably meant. */
  tries?: readonly string[]
}
