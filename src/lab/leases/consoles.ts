import type { BoardConfig } from '../../config/types.ts'
import { InputError, LabError, NotAllowedError, NotFoundError } from '../../errors.ts'
import type { Attachment } from '../../sites/types.ts'
import { consoleNamed } from '../boards/console-named.ts'
import type { LiveBoards } from '../boards/live.ts'
import { holders } from '../boards/views.ts'
import type { ConsoleAddress, ConsoleName, Consoles, ConsoleWord, Pen, Seat } from '../consoles.ts'
import { boardConfig, type Core, requireBoard } from '../core.ts'
import type { Lease, Person } from '../types.ts'
import { createConsoleWords, WORD_MS } from './console-words.ts'
import { hasEnded } from './lease-state.ts'

export type ConsolesDeps = {
  core: Core
  live: LiveBoards
  /** Why nobody can type at a board's first console right now, though the lease is theirs. */
  busy(board: string): string | null
}

/** People at the boards' consoles: whoever holds a lease types under its token, and no moment longer. */
export function createConsoles({ core, live, busy }: ConsolesDeps): Consoles {
  const words = createConsoleWords({ clock: core.clock })

  const address = (): ConsoleAddress | null => core.consoleAddress?.() ?? null
  const mint = (
    board: BoardConfig,
    name: string | null,
    person: Person,
    lease: string | null,
  ): ConsoleWord => {
    const where = address()
    if (where === null) throw noGateway()
    const seat: Seat = { board: board.id, console: consoleNamed(board, name), person, lease }
    const until = core.clock.now() + WORD_MS
    return { ...seat, address: where, word: words.mint(seat), until, consoles: namesOf(board) }
  }
  /** The lease a seat types under, now. */
  const heldBy = (seat: Seat): Lease & { token: number } => {
    const lease = core.state().leases[seat.lease ?? '']
    if (lease?.state === 'active' && lease.board === seat.board && lease.token !== null)
      return { ...lease, token: lease.token }
    throw new InputError(`${seat.lease} does not hold ${seat.board} any more.`, {
      code: 'lease-over',
      hint: `Lease the board again: lease ${seat.board}`,
    })
  }

  return {
    address,
    typingWord: (id, by, console) =>
      mint(requireBoard(core, ownBoard(core, id, by)), console, by, id.toUpperCase()),
    watchingWord: (id, by, console) => mint(requireBoard(core, id), console, by, null),
    redeem: words.redeem,
    async watch(id, console, handlers) {
      const board = requireBoard(core, id)
      return await core.siteOf(board).attach(board.id, console, { watch: true }, handlers)
    },
    async type(seat, onEnd) {
      const lease = heldBy(seat)
      const board = requireBoard(core, seat.board)
      const attach = async (end: (why: string) => void): Promise<Attachment> =>
        await core
          .siteOf(board)
          .attach(board.id, seat.console, { token: lease.token }, { onNews: () => {}, onEnd: end })
      const pen = await penOf(core, lease, attach, onEnd)
      return seat.console === null ? politely(pen, () => busy(board.id)) : pen
    },
    async *read(id, console, from, to) {
      const board = boardConfig(core, id)
      const log = board === null ? null : await core.siteOf(board).recorded(id, console)
      if (log !== null) yield* log.read(from, to)
    },
    names(id) {
      const board = boardConfig(core, id)
      return board === null ? [] : namesOf(board)
    },
    present(id, console, people) {
      live.people(id, console, people)
      const lease = holders(core.state().leases).get(id)
      const topics = lease === undefined ? [`board/${id}`] : [`board/${id}`, `lease/${lease.id}`]
      core.news.publish(topics, core.store.sequence)
    },
  }
}

function namesOf({ consoles }: BoardConfig): readonly ConsoleName[] {
  return consoles.map(({ name, purpose = null }) => ({ name, purpose }))
}

/** What the lab itself types for the holder, a file, must not be mixed with what a person types. */
function politely(pen: Pen, busy: () => string | null): Pen {
  const check = (): void => {
    const why = busy()
    if (why === null) return
    throw new LabError('busy', `${why}; what you type goes on when it is through.`, {
      hint: 'See how far it is on its card, or end it: lease cancel LEASE',
    })
  }
  return {
    ...pen,
    async write(bytes) {
      check()
      await pen.write(bytes)
    },
    async sendBreak(durationMs) {
      check()
      await pen.sendBreak(durationMs)
    },
  }
}

/** Closes what is typed in the very turn in which the lease ends. */
async function penOf(
  core: Core,
  lease: Lease & { token: number },
  attach: (end: (why: string) => void) => Promise<Attachment>,
  onEnd: (why: string) => void,
): Promise<Pen> {
  let attachment: Attachment | null = null
  let ended: string | null = null
  const close = (): void => {
    stop()
    attachment?.close()
  }
  const end = (why: string): void => {
    if (ended !== null) return
    ended = why
    close()
    if (attachment !== null) onEnd(why)
  }
  const stop = core.news.subscribe(`lease/${lease.id}`, () => {
    const why = whyOver(lease, core.state().leases[lease.id])
    if (why !== null) end(why)
  })
  try {
    attachment = await attach(end)
  } catch (error) {
    stop()
    throw error
  }
  // Over while the site was answering.
  if (ended !== null) {
    close()
    throw new InputError(ended, { code: 'lease-over', hint: `Lease the board again: lease ${lease.board}` })
  }
  const { write, sendBreak } = attachment
  return { lease: lease.id, holder: personOf(lease), write, sendBreak, close }
}

function whyOver(then: Lease, now: Lease | undefined): string | null {
  if (now?.state === 'active')
    return now.token === then.token ? null : `${then.id} was taken again after the bot stood still.`
  const why = now === undefined || now.ended === null ? '' : `: ${now.ended}`
  return `${then.id} has ended${why}.`
}

function ownBoard(core: Core, id: string, by: Person): string {
  const lease = core.state().leases[id.toUpperCase()]
  if (lease === undefined || hasEnded(lease))
    throw new NotFoundError(`There is no lease ${id} any more.`, {
      field: 'lease',
      hint: 'See what is leased: lease list',
    })
  const { holder } = lease
  if (holder.kind !== 'person' || holder.person.id !== by.id || holder.person.platform !== by.platform)
    throw new NotAllowedError(`The console of ${lease.id} is for its holder alone.`, {
      hint: `To look on: boards watch ${lease.board ?? 'BOARD'}`,
    })
  if (lease.state === 'active' && lease.board !== null) return lease.board
  throw new InputError(`${lease.id} has no board yet.`, {
    hint: 'You are told when it is yours; then ask again.',
  })
}

function personOf({ id, holder }: Lease): Person {
  return holder.kind === 'person' ? holder.person : { id, name: id, platform: 'lab' }
}

function noGateway(): LabError {
  return new LabError('no-consoles', 'This lab opens no consoles to people (CONSOLE_PORT is off).', {
    hint: 'Its logs are there all the same: boards log BOARD. An admin can set CONSOLE_PORT.',
  })
}
