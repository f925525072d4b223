import { InputError, LabError, NotAllowedError, NotFoundError } from '../../errors.ts'
import type { Attachment } from '../../sites/types.ts'
import type { LiveBoards } from '../boards/live.ts'
import { holders } from '../boards/views.ts'
import type { ConsoleAddress, Consoles, ConsoleWord, Pen, Seat } from '../consoles.ts'
import { boardConfig, type Core, requireBoard } from '../core.ts'
import type { Lease, Person } from '../types.ts'
import { createConsoleWords, WORD_MS } from './console-words.ts'
import { hasEnded } from './lease-state.ts'

export type ConsolesDeps = { core: Core; live: LiveBoards }

/** People at the boards' consoles: whoever holds a lease types under its token, and no moment longer. */
export function createConsoles({ core, live }: ConsolesDeps): Consoles {
  const words = createConsoleWords({ clock: core.clock })

  const address = (): ConsoleAddress | null => core.consoleAddress?.() ?? null
  const mint = (seat: Seat): ConsoleWord => {
    const where = address()
    if (where === null) throw noGateway()
    return { ...seat, address: where, word: words.mint(seat), until: core.clock.now() + WORD_MS }
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
    typingWord: (id, by) => mint({ board: ownBoard(core, id, by), person: by, lease: id.toUpperCase() }),
    watchingWord: (id, by) => mint({ board: requireBoard(core, id).id, person: by, lease: null }),
    redeem: words.redeem,
    async watch(id, handlers) {
      const board = requireBoard(core, id)
      return await core.siteOf(board).attach(board.id, { watch: true }, handlers)
    },
    async type(seat, onEnd) {
      const lease = heldBy(seat)
      const board = requireBoard(core, seat.board)
      const attach = async (end: (why: string) => void): Promise<Attachment> =>
        await core.siteOf(board).attach(board.id, { token: lease.token }, { onNews: () => {}, onEnd: end })
      return await penOf(core, lease, attach, onEnd)
    },
    async *read(id, from, to) {
      const board = boardConfig(core, id)
      if (board !== null) yield* core.siteOf(board).read(id, from, to)
    },
    present(id, people) {
      live.people(id, people)
      const lease = holders(core.state().leases).get(id)
      const topics = lease === undefined ? [`board/${id}`] : [`board/${id}`, `lease/${lease.id}`]
      core.news.publish(topics, core.store.sequence)
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
  const { write } = attachment
  return { lease: lease.id, holder: personOf(lease), write, close }
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
