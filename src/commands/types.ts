import type { z } from 'zod'
import type { View } from '../cards/view.ts'
import type { IncomingFile, Lab } from '../lab/lab.ts'
import type { Origin, Person, Role } from '../lab/types.ts'

export type Caller = { person: Person; role: Role; origin: Origin }

/** Narrow on purpose: who asks, and the lab's front door. */
export type CommandContext = {
  caller: Caller
  lab: Lab
  /** What the word for a file stands for on this face; null where words never open files (chat). Throws InputError. */
  file(word: string): Promise<IncomingFile | null>
  /** The revision that a button was drawn from. */
  expect?: { topic: string; rev: number }
  /** The asker confirmed a dangerous act. */
  confirmed: boolean
}

export type Refusal = { message: string; hint: string }
export type Danger = { title: string; text: string; ok: string }

/** How an argument is typed: by place, by flag, or as all words after `--`. Kept as zod metadata on the field. */
export type ArgumentMeta = {
  label: string
  hint?: string
  place?: number
  flag?: string
  rest?: true
  file?: true
  lines?: true
  /** `families`, `boards`, `runs`: a named lookup for completion, selects and nearest words. */
  lookup?: 'families' | 'boards' | 'targets' | 'runs' | 'leases' | 'commands'
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds commands of many argument types
export type AnyCommand = Command<any, any>

export type Command<A extends z.ZodObject, R> = {
  /** `run-test`, `queue move`. */
  name: string
  group: 'run a test' | 'use a board' | 'see the lab' | 'run the lab'
  summary: string
  examples: readonly string[]
  args: A
  result: z.ZodType<R>
  /** Whom it is for, for help and menus; `allow` decides. */
  role: Role
  allow(caller: Caller, args: z.output<A>, lab: Lab): Refusal | null
  /** What must be confirmed first, if anything; the lab is asked when it is acted on, not when it was drawn. */
  danger?(caller: Caller, args: z.output<A>, lab: Lab): Danger | null
  http?: { method: 'GET' | 'POST' | 'PATCH' | 'DELETE'; path: string; status: number }
  run(args: z.output<A>, ctx: CommandContext): Promise<R>
  show(result: R, ctx: { caller: Caller; lab: Lab }): View | Promise<View>
  /** Topic of what it started and a script waits for: `run/T12`. */
  started?(result: R): string | null
}
