import type { Seat } from '../lab/lab.ts'
import type { Audit } from './audit.ts'
import { createFeed, type Feed } from './feed.ts'
import { createInBand } from './in-band.ts'
import { createKeyboard } from './keyboard.ts'
import type { Line } from './line.ts'
import type { GatewayDeps } from './types.ts'
import { createVisitor, type Visitor } from './visitor.ts'
import {
  type Company,
  consolesWords,
  FOUND_WORDS,
  greeting,
  leaseWords,
  lostWords,
  type Place,
  pastWords,
  placeWords,
} from './words.ts'

/** Everybody at one console of a board. */
export type Table = {
  /** Resolves when the person is there. Throws LabError: the lease is over, the board is not open. */
  join(line: Line, seat: Seat, typedAlready: Uint8Array): Promise<void>
  /** Nobody types any more when it returns, and nobody new comes. */
  quiet(): void
  /** Everybody is told, and shown out. */
  close(...lines: readonly string[]): void
}

/** Throws LabError when the board cannot be heard. */
export async function createTable(place: Place, deps: GatewayDeps, audit: Audit): Promise<Table> {
  const { lab } = deps
  const { board, console } = place
  const name = placeWords(place)
  const visitors = new Set<Visitor>()
  /** No sign of life: they count as nobody until there is one. */
  const away = new Set<Visitor>()
  let isQuiet = false
  /** Why nothing comes any more; whoever comes late is told the same. */
  let ended: string | null = null

  const company = (except?: Visitor): Company => {
    const typist = keyboard.typist()
    const others = [...visitors].filter(each => each !== except && !away.has(each))
    return {
      typing: typist === null || typist === except ? null : typist.name,
      watching: others.filter(each => each !== typist).map(each => each.name),
    }
  }
  const changed = (): void => lab.consoles.present(board, console, company())
  const say = (text: string, except?: Visitor): void => {
    for (const visitor of visitors) if (visitor !== except) visitor.say(text)
  }
  const close = (...lines: readonly string[]): void => {
    keyboard.put()
    for (const visitor of visitors) visitor.line.end(...lines)
  }
  const over = (why: string, was: Visitor | null): void => {
    say(`${why} Nobody types on ${name} now.`, was ?? undefined)
    was?.say(`${why} Nothing you type goes to ${name} any more; you watch. To leave: quit`)
    if (was !== null) audit.did(was.seat.person, name, `types no more: ${why}`)
    changed()
  }

  const keyboard = createKeyboard(lab.consoles, deps.clock, { over })
  const inBand = createInBand({ place, lab, keyboard, visitors, away, company, say, changed, audit })
  const feed: Feed = await createFeed(
    place,
    { consoles: lab.consoles, clock: deps.clock, log: deps.log },
    {
      onBytes: bytes => {
        for (const { line } of visitors) line.view.board(bytes)
      },
      onProblem: problem => say(problem === null ? FOUND_WORDS : lostWords(problem)),
      onEnd: why => {
        ended = `${why}. You have been shown out.`
        close(ended)
      },
    },
  )

  const leave = (visitor: Visitor): void => {
    visitors.delete(visitor)
    away.delete(visitor)
    inBand.left(visitor)
    audit.did(visitor.seat.person, name, 'left')
    changed()
  }
  const missed = (visitor: Visitor): void => {
    away.add(visitor)
    inBand.silent(visitor)
    changed()
  }
  const found = (visitor: Visitor): void => {
    away.delete(visitor)
    inBand.back(visitor)
    changed()
  }
  const greet = (visitor: Visitor): void => {
    const types = keyboard.typist() === visitor
    visitor.say(
      ...greeting({
        place: name,
        types,
        lease: leaseWords(lab, lab.lease(keyboard.lease() ?? '')),
        company: company(visitor),
        consoles: consolesWords({ ...place, lease: visitor.seat.lease }, lab.consoles.names(board)),
        speaksTelnet: visitor.line.speaksTelnet(),
        problem: feed.problem(),
      }),
    )
  }
  /** What was printed before, read while what comes now is held back; then where they are, just above the board's prompt. */
  const show = async (visitor: Visitor): Promise<void> => {
    const { view } = visitor.line
    const { lines, open, isCut } = await feed.past()
    if (lines.length > 0) {
      view.say(pastWords(lines.length, isCut))
      view.write(lines.map(each => `${each}\r\n`).join(''))
    }
    greet(visitor)
    view.begin(open)
    view.release()
  }

  return {
    async join(line, seat, typedAlready) {
      const pen = seat.lease === null ? null : await keyboard.pick(seat)
      if (isQuiet || ended !== null) {
        pen?.close()
        if (ended !== null) line.end(ended)
        return
      }
      const visitor = createVisitor(line, seat, {
        clock: deps.clock,
        isTyping: each => keyboard.typist() === each,
        typed: keyboard.typed,
        command: inBand.command,
      })
      visitors.add(visitor)
      line.view.hold()
      if (pen !== null) inBand.sat(visitor, pen)
      void line.closed.then(() => leave(visitor))
      line.watchPulse({ silent: () => missed(visitor), back: () => found(visitor) })
      audit.did(seat.person, name, pen === null ? 'watches' : `types under ${pen.lease}`)
      changed()
      await show(visitor)
      line.take(visitor.input)
      visitor.input(typedAlready)
      line.resume()
    },
    quiet() {
      isQuiet = true
      keyboard.put()
    },
    close(...lines) {
      close(...lines)
      feed.close()
    },
  }
}
