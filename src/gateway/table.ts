import type { Seat } from '../lab/lab.ts'
import type { Audit } from './audit.ts'
import { createFeed, type Feed } from './feed.ts'
import { createInBand } from './in-band.ts'
import { createKeyboard } from './keyboard.ts'
import type { Line } from './line.ts'
import type { GatewayDeps } from './types.ts'
import { createVisitor, type Visitor } from './visitor.ts'
import { type Company, FOUND_WORDS, greeting, leaseWords, lostWords } from './words.ts'

/** Everybody at one board's console. */
export type Table = {
  /** Resolves when the person is there. Throws LabError: the lease is over, the board is not open. */
  join(line: Line, seat: Seat, typedAlready: Uint8Array): Promise<void>
  /** Nobody types any more when it returns, and nobody new comes. */
  quiet(): void
  /** Everybody is told, and shown out. */
  close(...lines: readonly string[]): void
}

/** Throws LabError when the board cannot be heard. */
export async function createTable(board: string, deps: GatewayDeps, audit: Audit): Promise<Table> {
  const { lab } = deps
  const visitors = new Set<Visitor>()
  let isQuiet = false

  const company = (except?: Visitor): Company => {
    const typist = keyboard.typist()
    const others = [...visitors].filter(each => each !== except)
    return {
      typing: typist === null || typist === except ? null : typist.name,
      watching: others.filter(each => each !== typist).map(each => each.name),
    }
  }
  const changed = (): void => lab.consoles.present(board, company())
  const say = (text: string, except?: Visitor): void => {
    for (const visitor of visitors) if (visitor !== except) visitor.say(text)
  }
  const close = (...lines: readonly string[]): void => {
    keyboard.put()
    for (const visitor of visitors) visitor.line.end(...lines)
  }
  const over = (why: string, was: Visitor | null): void => {
    say(`${why} Nobody types on ${board} now.`, was ?? undefined)
    was?.say(`${why} Nothing you type goes to ${board} any more; you watch. To leave: quit`)
    if (was !== null) audit.did(was.seat.person, board, `types no more: ${why}`)
    changed()
  }

  const keyboard = createKeyboard(lab.consoles, { over })
  const inBand = createInBand({ board, lab, keyboard, visitors, company, say, changed, audit })
  const feed: Feed = await createFeed(
    board,
    { consoles: lab.consoles, clock: deps.clock, log: deps.log },
    {
      onBytes: bytes => {
        for (const { line } of visitors) line.view.board(bytes)
      },
      onProblem: problem => say(problem === null ? FOUND_WORDS : lostWords(problem)),
      onEnd: why => close(`${why}. You have been shown out.`),
    },
  )

  const leave = (visitor: Visitor): void => {
    visitors.delete(visitor)
    inBand.left(visitor)
    audit.did(visitor.seat.person, board, 'left')
    changed()
  }
  const greet = (visitor: Visitor): void => {
    const types = keyboard.typist() === visitor
    visitor.say(
      ...greeting({
        board,
        types,
        lease: leaseWords(lab, lab.lease(keyboard.lease() ?? '')),
        company: company(visitor),
        speaksTelnet: visitor.line.speaksTelnet(),
        problem: feed.problem(),
      }),
    )
  }
  /** What was printed before, read while what comes now is held back; then where they are, just above the board's prompt. */
  const show = async (visitor: Visitor): Promise<void> => {
    const { view } = visitor.line
    const { lines, open } = await feed.past()
    if (lines.length > 0) {
      view.say(`The last ${lines.length === 1 ? 'line' : `${lines.length} lines`} of its log:`)
      view.write(lines.map(each => `${each}\r\n`).join(''))
    }
    greet(visitor)
    view.begin(open)
    view.release()
  }

  return {
    async join(line, seat, typedAlready) {
      const pen = seat.lease === null ? null : await keyboard.pick(seat)
      if (isQuiet) {
        pen?.close()
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
      audit.did(seat.person, board, pen === null ? 'watches' : `types under ${pen.lease}`)
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
