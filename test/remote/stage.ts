import { Readable } from 'node:stream'
import { render } from '../../src/bot/terminal/render.ts'
import { type Clock, systemClock } from '../../src/clock.ts'
import { InputError } from '../../src/errors.ts'
import type { Run } from '../../src/lab/types.ts'
import { type RemoteDeps, runRemote } from '../../src/remote/remote.ts'
import { serverOf } from '../../src/remote/server.ts'
import { type LabPort, makeRun, NOON } from '../commands/lab-port.ts'
import { until } from '../until.ts'

/** Fifty times as fast: pauses are real, and short. */
export const quick: Clock = { ...systemClock, after: (ms, fn) => systemClock.after(ms / 50, fn) }

export type Laptop = {
  /** What was printed, and what was said beside it. */
  out(): string
  errors(): string
  progress: (string | null)[]
  asked: string[]
  sees(text: string): Promise<unknown>
  /** Ctrl-C. */
  leave(): void
  type(...argv: readonly string[]): Promise<number>
}

export type LaptopOptions = Partial<RemoteDeps> & {
  key?: string
  /** Files of this machine. */
  files?: Readonly<Record<string, string | Buffer>>
}

/** A person, or a job, at a machine that is not the bot's. */
export function laptop(address: string, { key, files = {}, ...more }: LaptopOptions = {}): Laptop {
  const out: string[] = []
  const errors: string[] = []
  const progress: (string | null)[] = []
  const asked: string[] = []
  const leaving = new AbortController()
  const deps: RemoteDeps = {
    server: serverOf(address, key, '0.0.0'),
    clock: quick,
    async open(word) {
      const content = Object.hasOwn(files, word) ? files[word] : undefined
      if (content === undefined)
        throw new InputError(`There is no file ${word}.`, { hint: 'Check the path.' })
      const bytes = Buffer.from(content)
      return { name: word.split('/').at(-1) ?? word, size: bytes.length, open: () => Readable.from([bytes]) }
    },
    show: (view, timeZone) =>
      void out.push(...render(view, { now: NOON, timeZone, columns: null, colour: false }).lines),
    print: lines => void out.push(...lines),
    complain: text => void errors.push(text),
    ask: null,
    progress: text => void progress.push(text),
    json: false,
    signal: leaving.signal,
    ...more,
  }
  const all = (): string => [...out, ...errors].join('\n')
  return {
    out: () => out.join('\n'),
    errors: () => errors.join('\n'),
    progress,
    asked,
    sees: text => until(() => all().includes(text), `"${text}" in ${all()}`),
    leave: () => leaving.abort(new Error('left')),
    type: (...argv) => runRemote(argv, deps),
  }
}

/** A test moves on, and those who follow it hear. */
export function move(lab: LabPort, id: string, part: Partial<Run>): void {
  const runs = lab.state().runs as Record<string, Run>
  const run = runs[id] ?? makeRun({ id })
  runs[id] = { ...run, rev: run.rev + 1, ...part }
  lab.publish(`run/${id}`)
}
