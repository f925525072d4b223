import { createServer, type Socket } from 'node:net'
import { span } from '../cards/words.ts'
import { type Millis, within } from '../clock.ts'
import { LabError, messageOf } from '../errors.ts'
import type { Seat } from '../lab/lab.ts'
import { createAudit } from './audit.ts'
import { askWord } from './door.ts'
import { createLine, type Line } from './line.ts'
import { listen } from './listen.ts'
import { createTable } from './table.ts'
import { createTables } from './tables.ts'
import { createTries } from './tries.ts'
import type { Gateway, GatewayLimits, GatewayOptions } from './types.ts'
import { placeWords } from './words.ts'

const LIMITS: GatewayLimits = {
  viewBytes: 1024 * 1024,
  people: 500,
  waiting: 500,
  waitingPerAddress: 50,
  wrongWords: 10,
  silentMs: 40_000,
}

/** A console that takes longer to be found is not to be had: its board's log is on a disk that hangs. */
const OPEN_WITHIN_MS: Millis = 10_000

const BROKEN = 'Something broke on our side; it is in the log. Try again.'

/** The way to the boards' consoles for people: telnet, a one-time word, one who types and many who watch (M3.8). */
export function createGateway(options: GatewayOptions): Gateway {
  const { host, port, lab, clock, log } = options
  const limits = { ...LIMITS, ...options.limits }
  const tries = createTries(clock, limits.wrongWords)
  /** Every connection, and whether it has given its word. */
  const lines = new Map<Line, { isIn: boolean }>()
  let stopping = false

  const audit = createAudit(lab, log)
  const tables = createTables(place => createTable(place, { lab, clock, log }, audit))

  const barredWords = (address: string): string | null => {
    const barred = tries.barredFor(address)
    return barred > 0 ? `Too many wrong words came from ${address}. Try again in ${span(barred)}.` : null
  }
  const noRoom = (address: string): string | null => {
    if (stopping) return 'The bot is being stopped.'
    const barred = barredWords(address)
    if (barred !== null) return barred
    const waiting = [...lines].flatMap(([line, { isIn }]) => (isIn ? [] : [line]))
    const here = waiting.filter(line => line.address === address)
    if (here.length >= limits.waitingPerAddress || waiting.length >= limits.waiting)
      return 'Too many connections wait here without a word. Try again in a minute.'
    return lines.size - waiting.length >= limits.people
      ? `All ${limits.people} places are taken. Try again later.`
      : null
  }

  const redeem = (word: string, address: string): Seat => {
    try {
      return lab.consoles.redeem(word)
    } catch (error) {
      if (error instanceof LabError) {
        tries.wrong(address)
        audit.refused(address, `${error.code}: ${error.message}`)
      }
      throw error
    }
  }
  const serve = async (line: Line): Promise<void> => {
    const standing = { isIn: false }
    lines.set(line, standing)
    void line.closed.then(() => lines.delete(line))
    const knock = await askWord(line, clock)
    if (knock === null) return
    standing.isIn = true
    // Many may have been let in before the first of them was wrong.
    const barred = barredWords(line.address)
    if (barred !== null) return line.end(barred)
    const seat = redeem(knock.word, line.address)
    const late = (): Error => notOpened(seat)
    const table = await within(clock, OPEN_WITHIN_MS, tables.at(seat, line), late)
    await table.join(line, seat, knock.rest)
  }
  const accept = (socket: Socket): void => {
    const line = createLine(socket, clock, limits)
    const full = noRoom(line.address)
    if (full === null)
      serve(line).catch((error: unknown) => {
        if (!(error instanceof LabError))
          log.error({ error, address: line.address }, 'a console was not shown')
        line.end(...(error instanceof LabError ? [error.message, error.hint] : [BROKEN]))
      })
    else line.end(full)
  }

  const server = createServer(accept)
  // Whoever is turned away is told so, and is here for a second longer; of more than this nobody is told.
  server.maxConnections = 2 * (limits.people + limits.waiting)

  return {
    async start() {
      const taken = await listen(server, host, port)
      server.on('error', (error: unknown) =>
        log.error({ error: messageOf(error) }, 'the console port failed'),
      )
      return { port: taken }
    },
    async stop() {
      stopping = true
      tables.quiet()
      if (server.listening) server.close()
      const all = [...lines.keys()]
      for (const line of all)
        line.end('The bot is being stopped. Leases stay; connect again when it is back.')
      await Promise.all(all.map(line => line.closed))
    },
  }
}

function notOpened(seat: Seat): LabError {
  return new LabError(
    'not-opened',
    `${placeWords(seat)} was not opened within ${OPEN_WITHIN_MS / 1_000} s.`,
    {
      hint: `It is tried again by itself; see how the board is: boards show ${seat.board}`,
    },
  )
}
