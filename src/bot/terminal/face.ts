/** The terminal face: the bot at a prompt, or reading its lines from a pipe (design 10). */

import type { Readable, Writable } from 'node:stream'
import type { View } from '../../cards/view.ts'
import type { Clock } from '../../clock.ts'
import type { Dispatcher } from '../../commands/dispatch.ts'
import type { Exit } from '../../commands/types.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Person } from '../../lab/types.ts'
import type { Log } from '../../log.ts'
import type { Channel, OutboxItem } from '../../mail/types.ts'
import { createLiveCards } from '../live-cards.ts'
import { createDesk, type Look } from './desk.ts'
import { runInteractive } from './interactive.ts'
import { runPipe } from './pipe.ts'
import { createScreen } from './screen.ts'
import { createTerminalChannel } from './send.ts'

export type TerminalFaceOptions = {
  input: Readable
  output: Writable
  errors: Writable
  /** Both ends are a person's terminal: a prompt, width and live cards. */
  isTTY: boolean
  /** Width of the terminal now; asked at each print. */
  columns(): number
  /** The value of NO_COLOR and the like is the caller's to read. */
  colour: boolean
  dispatcher: Dispatcher
  lab: Lab
  clock: Clock
  log: Log
  /** Who types. */
  as: Person
  /** Paths in lines are looked up from here. */
  folder: string
  /** Each reply as one line of JSON. */
  json: boolean
  /** The end of the input does not end the face: `start`. */
  stays: boolean
}

export type TerminalFace = {
  /** Resolves with the exit status when the input has ended or the person has left. */
  run(): Promise<Exit>
  /** Tells outcomes, for the outbox. */
  channel: Channel
  /** Ends `run` and all waiting; safe to repeat. */
  close(): void
}

const PLACE = 'terminal'

export function createTerminalFace(options: TerminalFaceOptions): TerminalFace {
  const { output, errors, isTTY, lab, log, clock, input } = options
  const stopper = new AbortController()
  const screen = createScreen(output)
  const prompting = isTTY && !options.json
  const look = (): Look => ({
    columns: prompting ? options.columns() : null,
    colour: prompting && options.colour,
    json: options.json,
  })
  const desk = createDesk({ ...options, screen, look })
  // At a prompt the test's own card shows how it ended; at a pipe the telling is all there is.
  const tell = (view: View, item: OutboxItem): void =>
    desk.tell(view, item, prompting && item.topic.startsWith('run/'))
  const teller = {
    lab,
    get tell() {
      return screen.closed ? null : tell
    },
    quiet: desk.quiet,
  }
  const show = (view: View): void => desk.show(view, view.final !== true)
  const live = createLiveCards({ lab, log, place: PLACE, show })

  async function fromPipe(): Promise<Exit> {
    const complain = (text: string): void => void errors.write(`${text}\n`)
    const print = options.json ? null : (lines: readonly string[]): void => screen.print(lines)
    const exit = await runPipe({ desk, lab, clock, input, print, complain, signal: stopper.signal })
    if (options.stays && !stopper.signal.aborted) await aborted(stopper.signal)
    return exit
  }

  async function atPrompt(): Promise<Exit> {
    live.resume()
    await runInteractive({ ...options, desk, live, screen, signal: stopper.signal })
    return 0
  }

  return {
    async run() {
      try {
        return await (prompting ? atPrompt() : fromPipe())
      } finally {
        live.close()
      }
    },
    channel: createTerminalChannel(PLACE, teller),
    close() {
      stopper.abort(new Error('the terminal is closed'))
      live.close()
      screen.close()
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}
