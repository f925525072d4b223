import { type Clock, type Millis, pause, within } from '../../clock.ts'
import type { Dispatcher, Outcome } from '../../commands/dispatch.ts'
import { faultOf } from '../../commands/fault.ts'
import type { AnyCommand, Fault } from '../../commands/types.ts'
import { RefusedError } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Person, Run } from '../../lab/types.ts'
import type { Log } from '../../log.ts'
import { backoffMs } from '../../mail/delivery.ts'
import { type Inbox, inboxKey, REMEMBERED_MS } from '../../mail/inbox.ts'
import type { InboxEntry } from '../../mail/types.ts'
import { madeBy } from '../made-by.ts'
import type { HttpHome } from '../types.ts'
import { Order } from './types.ts'

export const SOURCE = 'jenkins'
export const JENKINS: Person = { id: 'jenkins', name: 'jenkins', platform: 'http' }

export type OrdersDeps = {
  lab: Pick<Lab, 'state' | 'runs' | 'run' | 'inbox'>
  dispatcher: Pick<Dispatcher, 'call' | 'commands'>
  inbox: Inbox
  home: HttpHome
  clock: Clock
  log: Log
}

export type Answer =
  /** `id` is null where the test was removed since. */
  { kind: 'test'; id: string | null; duplicate: boolean } | { kind: 'fault'; fault: Fault }

/** Submits the test of each delivery once, whatever comes twice and whenever the process dies (M8.5, P27). */
export type Orders = {
  /** Never throws. What could not be done is forgotten: the same delivery may be sent again. */
  carryOut(order: Order): Promise<Answer>
  /** Goes on with what another process left behind. */
  resume(): void
  /** Waits for what runs; what is left then is found by the next process. */
  stop(deadlineMs: Millis): Promise<void>
}

/** A disk that takes longer is ill; whoever asked tries again. */
const STORE_WITHIN_MS: Millis = 5_000

export function createOrders(deps: OrdersDeps): Orders {
  const { lab, dispatcher, inbox, home, clock, log } = deps
  const command = submitting(dispatcher.commands)
  const stopper = new AbortController()
  /** Under way: the same delivery at the same time is one. */
  const flying = new Map<string, Promise<Answer>>()
  const resuming = new Set<Promise<void>>()

  async function carryOut(order: Order): Promise<Answer> {
    const key = inboxKey(SOURCE, order.delivery)
    const twin = flying.get(key)
    if (twin !== undefined) return asDuplicate(await twin)
    const work = once(key, order)
      .catch((error: unknown): Answer => {
        return { kind: 'fault', fault: faultOf(error, log, { line: `webhook ${order.delivery}` }) }
      })
      .finally(() => flying.delete(key))
    flying.set(key, work)
    return await work
  }

  async function once(key: string, order: Order): Promise<Answer> {
    const seen = lab.inbox.find(key)
    const taken = inbox.take({ source: SOURCE, id: order.delivery, heard: order })
    if ((await onDisk(taken)) === 'again' && seen !== null) {
      if (seen.stage === 'done') return duplicate(typeof seen.heard === 'string' ? seen.heard : null)
      const made = seen.stage === 'begun' ? await find(seen) : null
      if (made !== null) {
        await onDisk(inbox.finish(key, made))
        return duplicate(made)
      }
    }
    await onDisk(inbox.begin(key)).catch((error: unknown) => {
      // Jenkins is told that nothing was done: then nothing is, whenever the disk takes this, nor after a restart.
      behind('forgetting a delivery', inbox.forget(key))
      throw error
    })
    return await submit(key, order)
  }

  async function submit(key: string, { raw, callback, where }: Order): Promise<Answer> {
    const since = clock.now()
    const outcome = await dispatcher.call({
      command,
      raw,
      person: JENKINS,
      origin: home.origin(key),
      // A word of somebody else's opens no file of this machine.
      file: async () => null,
      where,
      ...(callback === undefined ? {} : { callback }),
    })
    const made = await madeOf(outcome, key, since)
    if (made === null) {
      behind('forgetting a delivery', inbox.forget(key))
      return { kind: 'fault', fault: outcome.kind === 'done' ? lost(outcome.command) : outcome.fault }
    }
    behind('remembering a delivery', inbox.finish(key, made.id))
    home.posted(made)
    return { kind: 'test', id: made.id, duplicate: false }
  }

  /** By the time that it is asked for, the test may be over and in history. */
  async function madeOf(outcome: Outcome, key: string, since: Millis): Promise<Run | null> {
    if (outcome.kind === 'done') return await lab.run(outcome.started?.split('/')[1] ?? '')
    // Its card could not be drawn, perhaps: the test is there all the same.
    return outcome.fault.code === 'internal' ? await madeBy(lab, key, since, JENKINS.id) : null
  }

  async function find({ key, receivedAt }: InboxEntry): Promise<string | null> {
    return (await madeBy(lab, key, receivedAt, JENKINS.id))?.id ?? null
  }

  async function onDisk<T>(written: Promise<T>): Promise<T> {
    return await within(clock, STORE_WITHIN_MS, written, notStored)
  }

  /** The test is on disk: whether this is too shows when the same delivery comes again. */
  function behind(what: string, written: Promise<void>): void {
    written.catch((error: unknown) => log.error({ error }, `${what} failed`))
  }

  /** Nobody waits for its answer any more: what cannot be done now is tried for as long as a delivery is remembered. */
  async function resumeOne(entry: InboxEntry): Promise<void> {
    const read = Order.safeParse(entry.heard)
    if (!read.success) {
      log.error({ key: entry.key }, 'a delivery of Jenkins in the inbox cannot be read; it is given up')
      return await inbox.forget(entry.key)
    }
    for (let tries = 1; clock.now() - entry.receivedAt < REMEMBERED_MS; tries++) {
      const answer = await carryOut(read.data)
      if (answer.kind === 'test') return log.info({ key: entry.key, run: answer.id }, 'found after a restart')
      const { fault } = answer
      log.warn(
        { key: entry.key, code: fault.code, why: fault.message, tries },
        'Jenkins asked for a test before the restart',
      )
      if (fault.failure !== 'infrastructure') return
      await pause(clock, backoffMs(tries), stopper.signal)
    }
  }

  return {
    carryOut,
    resume() {
      const left = inbox.left().filter(({ entry }) => entry.source === SOURCE)
      for (const { entry } of left) {
        const work: Promise<void> = resumeOne(entry)
          .catch((error: unknown) => {
            if (!stopper.signal.aborted)
              log.error({ error, key: entry.key }, 'a delivery could not be gone on with')
          })
          .finally(() => resuming.delete(work))
        resuming.add(work)
      }
    },
    async stop(deadlineMs) {
      stopper.abort(new Error('stopping'))
      const all = Promise.all([...resuming, ...flying.values()])
      const late = (): Error => new Error('late')
      await within(clock, deadlineMs, all, late).catch(() => {})
    },
  }
}

function submitting(commands: readonly AnyCommand[]): AnyCommand {
  const found = commands.find(({ name }) => name === 'run-test')
  if (found === undefined) throw new TypeError('there is no command run-test')
  return found
}

function asDuplicate(answer: Answer): Answer {
  return answer.kind === 'test' ? { ...answer, duplicate: true } : answer
}

function duplicate(id: string | null): Answer {
  return { kind: 'test', id, duplicate: true }
}

function notStored(): RefusedError {
  return new RefusedError('storage-full', `It could not be stored within ${STORE_WITHIN_MS / 1_000} s.`, {
    hint: 'Send it again in a moment; an admin looks at the disk of the data directory.',
  })
}

function lost(command: string): Fault {
  return {
    decision: 'allowed',
    code: 'internal',
    message: `${command} submitted no test.`,
    hint: 'This is a fault of the product; please report it.',
    failure: 'infrastructure',
  }
}
