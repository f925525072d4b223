import { createInterface } from 'node:readline/promises'
import { openLocalFile } from '../bot/terminal/files.ts'
import { render } from '../bot/terminal/render.ts'
import type { View } from '../cards/view.ts'
import { systemClock } from '../clock.ts'
import { InputError } from '../errors.ts'
import { type RemoteDeps, runRemote } from '../remote/remote.ts'
import { serverOf } from '../remote/server.ts'

/**
 * `boardroom --server URL [--json] COMMAND LINE`: the line is carried out by a bot elsewhere, with the key in
 * BOARDROOM_KEY. Resolves with the exit status (design 10). Throws InputError for an address that is none.
 */
export async function runRemoteLine(argv: readonly string[], version: string): Promise<number> {
  const { address, json, words } = understood(argv)
  const server = serverOf(address, process.env['BOARDROOM_KEY'], version)
  const leaving = new AbortController()
  const leave = (): void => leaving.abort(new Error('left by the person'))
  for (const name of SIGNALS) process.on(name, leave)
  // A reader such as `head` that goes away is no fault of ours, and nobody is left to wait for.
  process.stdout.on('error', leave)
  const isPerson = process.stdin.isTTY === true && process.stderr.isTTY === true
  const written = createProgress(process.stderr.isTTY === true && !json)
  try {
    return await runRemote(words, {
      server,
      clock: systemClock,
      open: word => openLocalFile(word, process.cwd(), 'this folder'),
      show: (view, timeZone) => print(drawn(view, timeZone)),
      print,
      complain(text) {
        written.show(null)
        process.stderr.write(`${text}\n`)
      },
      ask: isPerson && !json ? question => askPerson(question, leaving.signal) : null,
      progress: written.show,
      json,
      signal: leaving.signal,
    })
  } finally {
    written.show(null)
    for (const name of SIGNALS) process.off(name, leave)
    process.stdout.off('error', leave)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

type Understood = { address: string; json: boolean; words: readonly string[] }

/** What stands behind the address and `--json` is the line. */
function understood(argv: readonly string[]): Understood {
  let rest = [...argv]
  let address = ''
  let json = false
  for (;;) {
    const [first = '', second = ''] = rest
    if (first === '--json') {
      json = true
      rest = rest.slice(1)
    } else if (first === '--server' && address === '') {
      address = second
      rest = rest.slice(2)
    } else if (first.startsWith('--server=') && address === '') {
      address = first.slice('--server='.length)
      rest = rest.slice(1)
    } else break
  }
  if (address !== '') return { address, json, words: rest }
  throw new InputError('--server needs an address.', {
    hint: 'Write it so: boardroom --server http://lab:8080 queue',
  })
}

function drawn(view: View, timeZone: string): readonly string[] {
  const isTTY = process.stdout.isTTY === true
  const { lines } = render(view, {
    now: systemClock.now(),
    timeZone: zoneOf(timeZone),
    columns: isTTY ? (process.stdout.columns ?? 80) : null,
    colour: isTTY && process.env['NO_COLOR'] === undefined,
  })
  return lines.length > 1 ? [...lines, ''] : lines
}

/** One that this machine does not know would be a fault in every time that is shown. */
function zoneOf(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return timeZone
  } catch {
    return 'UTC'
  }
}

function print(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
}

/** Anything but yes is no, and so is leaving. */
async function askPerson(question: string, signal: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  prompt.on('SIGINT', () => process.emit('SIGINT'))
  try {
    return /^y(es)?$/i.test((await prompt.question(question, { signal })).trim())
  } catch {
    return false
  } finally {
    prompt.close()
  }
}

/** One line that is written over; taken away before anything else is said. */
function createProgress(isOn: boolean): { show: NonNullable<RemoteDeps['progress']> } {
  let shown = ''
  return {
    show(text) {
      const next = text ?? ''
      if (!isOn || next === shown) return
      process.stderr.write(`\r\x1b[K${next}`)
      shown = next
    },
  }
}
