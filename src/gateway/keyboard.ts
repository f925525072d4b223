import { type Clock, type Millis, pause } from '../clock.ts'
import { InputError, LeaseLostError, messageOf } from '../errors.ts'
import type { Consoles, Pen, Seat } from '../lab/lab.ts'
import type { Visitor } from './visitor.ts'

/**
 * The one keyboard of a board: one person types, under the lease of its holder. Whoever the holder hands it to types
 * under the same lease, and ends with it.
 */
export type Keyboard = {
  typist(): Visitor | null
  /** The lease that is typed under; null when nobody types. */
  lease(): string | null
  holder(): Pen['holder'] | null
  /** Opens the board to typing under the seat's lease. Throws InputError when it is over. */
  pick(seat: Seat): Promise<Pen>
  /** From now on this person types, and nobody else does. */
  sit(visitor: Visitor, pen: Pen): void
  /** The same lease, other hands. */
  hand(to: Visitor): void
  typed(visitor: Visitor, bytes: Uint8Array): void
  /**
   * A break on the line, and a moment later a key: the kernel's SysRq. Throws InputError for whoever does not type, or
   * no more when the key is due, and what the line throws.
   */
  sendBreak(visitor: Visitor, key: string | null): Promise<void>
  /** Nobody types any more. */
  put(): void
}

type Flow = { unsent: number; held: Visitor | null }

/** What a person may be ahead of the board: beyond it their own side waits. */
const MOST_UNSENT = 64 * 1024
/** Longer than a character at any rate, which is what makes it one; telnet's has no length. */
const BREAK_MS: Millis = 300
/** A server that makes the break by itself drops what comes meanwhile; the kernel waits five seconds for the key. */
const BEFORE_KEY_MS: Millis = 500

export function createKeyboard(
  consoles: Pick<Consoles, 'type'>,
  clock: Clock,
  told: { over(why: string, was: Visitor | null): void },
): Keyboard {
  let pen: Pen | null = null
  let typist: Visitor | null = null
  /** Of the pen: what the board has not taken yet, and who is held up by that. */
  let flow: Flow = { unsent: 0, held: null }
  /** So that each key of a lost console is not answered. */
  let isRefused = false

  /** Whoever types no more is held up no more: a console that is stuck must not keep them from leaving. */
  const letOn = (): void => {
    flow.held?.line.resume()
    flow.held = null
  }
  const put = (): void => {
    letOn()
    pen?.close()
    pen = null
    typist = null
  }
  const over = (which: Pen, why: string): void => {
    if (pen !== which) return
    const was = typist
    put()
    told.over(why, was)
  }
  const failed = (which: Pen, visitor: Visitor, error: unknown): void => {
    if (pen !== which) return
    if (error instanceof LeaseLostError) over(which, `${which.lease} has lost the board.`)
    else if (!isRefused) visitor.say(`Not typed: ${messageOf(error)}`)
    isRefused = true
  }

  return {
    typist: () => typist,
    lease: () => pen?.lease ?? null,
    holder: () => pen?.holder ?? null,
    async pick(seat) {
      const now: { pen: Pen | null; over: string | null } = { pen: null, over: null }
      const picked = await consoles.type(seat, why => {
        now.over = why
        if (now.pen !== null) over(now.pen, why)
      })
      // Over between the lab's answer and its arrival here.
      if (now.over !== null) throw new InputError(now.over, { hint: `Lease it again: lease ${seat.board}` })
      now.pen = picked
      return picked
    },
    sit(visitor, picked) {
      letOn()
      if (pen !== picked) pen?.close()
      pen = picked
      flow = { unsent: 0, held: null }
      typist = visitor
      isRefused = false
    },
    hand(to) {
      letOn()
      if (pen !== null) typist = to
    },
    typed(visitor, bytes) {
      if (pen === null || typist !== visitor) return
      const [which, own] = [pen, flow]
      own.unsent += bytes.length
      if (own.unsent > MOST_UNSENT) {
        own.held = visitor
        visitor.line.pause()
      }
      void which
        .write(bytes)
        .then(
          () => {
            isRefused = false
          },
          (error: unknown) => failed(which, visitor, error),
        )
        .finally(() => {
          own.unsent -= bytes.length
          if (own.unsent > MOST_UNSENT) return
          own.held = null
          visitor.line.resume()
        })
    },
    async sendBreak(visitor, key) {
      const which = pen
      const check = (): Pen => {
        if (which === null || pen !== which || typist !== visitor) throw notYours()
        return which
      }
      await check().sendBreak(BREAK_MS)
      if (key === null) return
      await pause(clock, BEFORE_KEY_MS)
      await check().write(Buffer.from(key))
    },
    put,
  }
}

function notYours(): InputError {
  return new InputError('Only whoever types here may send a break.', { hint: 'For the keyboard: ask' })
}
