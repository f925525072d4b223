import { type Clock, type Millis, within } from '../../../clock.ts'
import { LabError } from '../../../errors.ts'
import { reference } from '../../../ids.ts'
import type { Log } from '../../../log.ts'
import { type Inbox, inboxKey } from '../../../mail/inbox.ts'
import type { Heard } from '../types.ts'
import type { Carrier } from './carry-out.ts'
import { at, type Loose } from './loose.ts'
import { digestOf, understand } from './parse.ts'
import type { Change, OptionsAnswer, OptionsQuery, Submission, Submitted, Understood } from './types.ts'

export type ReceptionDeps = {
  inbox: Pick<Inbox, 'take'>
  carrier: Carrier
  submitted(submission: Submission): Submitted
  options(query: OptionsQuery): OptionsAnswer
  changed(change: Change): Promise<void>
  clock: Clock
  log: Log
}

/** Bolt's, or the socket's: tells Slack that it was heard. */
export type Acknowledge = (answer?: unknown) => Promise<void>

/** One delivery of Slack's. Both may be called again, and do nothing then. */
export type Delivery = {
  /** Stores it and then tells Slack: the one place where that is done (P27). Never throws. */
  acknowledge(): Promise<void>
  /** Starts what was asked for, once it is acknowledged; whoever calls does not wait for it. */
  carryOut(): void
}

/** Who stands between Slack's deliveries and the counter. */
export type Reception = {
  open(body: unknown, acknowledge: Acknowledge): Delivery
  lastEventAt(): Millis | null
}

export const SOURCE = 'slack'
const CLOSE_FORM = { response_action: 'clear' } as const

/** Slack waits for 3 s (docs.slack.dev, interactivity/handling-user-interaction); a disk that takes longer is ill. */
const STORE_WITHIN_MS: Millis = 2_000
/** What comes this late is an echo: nobody waits for it any more, and it must not power a board (incident 5). */
export const STALE_MS: Millis = 10 * 60_000

/** What is to be done once it is acknowledged. */
type Then = (() => void) | null
type Sent = Extract<Understood, { kind: 'submission' }>
type Kept = 'new' | 'again' | 'not stored'

export function createReception(deps: ReceptionDeps): Reception {
  const { inbox, carrier, clock, log } = deps
  /** On its way to the disk: the same delivery twice at once is one. */
  const storing = new Map<string, Promise<Kept>>()
  let lastEventAt: Millis | null = null

  function open(body: unknown, acknowledge: Acknowledge): Delivery {
    lastEventAt = clock.now()
    let then: Then = null
    let made: Promise<void> | null = null
    const make = async (): Promise<void> => {
      then = await settle(read(body), acknowledge)
    }
    return {
      acknowledge: () => (made ??= make()),
      carryOut() {
        const start = then
        then = null
        start?.()
      },
    }
  }

  function read(body: unknown): Understood {
    try {
      return understand(body, clock.now())
    } catch (error) {
      log.error({ error }, 'a delivery of Slack could not be read')
      return { kind: 'nothing', why: 'unreadable' }
    }
  }

  async function settle(one: Understood, acknowledge: Acknowledge): Promise<Then> {
    switch (one.kind) {
      case 'nothing':
        log.debug({ why: one.why }, 'nothing to do for a delivery of Slack')
        await say(acknowledge)
        return null
      case 'options':
        await say(acknowledge, optionsOf(one.query))
        return null
      case 'change':
        await say(acknowledge)
        return () => carrier.behind('redrawing a form', () => deps.changed(one.change))
      case 'submission': {
        const submitted = submittedOf(one.submission)
        if ('heard' in submitted)
          return await keep(
            sentAs(one, submitted.heard),
            submitted.heard,
            clock.now(),
            acknowledge,
            submitted.answer,
          )
        await say(acknowledge, { response_action: 'errors', errors: submitted.errors })
        return null
      }
      case 'heard':
        return await keep(one.id, one.heard, one.at, acknowledge)
      default:
        return one satisfies never
    }
  }

  async function keep(
    id: string,
    heard: Heard,
    happenedAt: Millis,
    acknowledge: Acknowledge,
    answer?: unknown,
  ): Promise<Then> {
    const key = inboxKey(SOURCE, id)
    const twin = storing.get(key)
    const kept = await (twin ?? store(key, id, heard))
    // A form that was sent before is over: nothing would take the place of a note that it is being worked on.
    await say(acknowledge, kept === 'again' && answer !== undefined ? CLOSE_FORM : answer)
    if (twin !== undefined || kept === 'again') return null
    if (kept === 'not stored') return () => carrier.lose(key, heard, 'not stored')
    const lateMs = clock.now() - happenedAt
    if (lateMs <= STALE_MS || !isAct(heard)) return () => carrier.carryOut(key, heard)
    log.warn(
      { key, kind: heard.kind, lateMs },
      "what Slack told too late was not carried out; where nothing was late, this machine's clock is ahead: look at its time service",
    )
    return () => carrier.lose(key, heard, 'late')
  }

  function store(key: string, id: string, heard: Heard): Promise<Kept> {
    // Known until the disk has answered, however long that takes: its repeats are no news, and not lost twice.
    const taken = inbox.take({ source: SOURCE, id, heard }).finally(() => storing.delete(key))
    const kept = within(clock, STORE_WITHIN_MS, taken, late).catch((error: unknown): Kept => {
      log.error(
        { key, kind: heard.kind, error },
        'what Slack told could not be stored; it is not carried out',
      )
      return 'not stored'
    })
    storing.set(key, kept)
    return kept
  }

  function optionsOf(query: OptionsQuery): OptionsAnswer {
    try {
      return deps.options(query)
    } catch (error) {
      log.error({ error, field: query.field }, 'a search in a form failed')
      return { options: [] }
    }
  }

  /** What nobody foresaw keeps the form open, with what was filled in: silence would be worse. */
  function submittedOf(submission: Submission): Submitted {
    try {
      return deps.submitted(submission)
    } catch (error) {
      const number = reference()
      log.error({ error, reference: number }, 'a form could not be taken')
      const text = `Something broke on our side (reference ${number}). Try again; if it stays, tell an admin the reference.`
      const [first] = Object.keys((at(submission.view.state, 'values') ?? {}) as Loose)
      return { errors: first === undefined ? {} : { [first]: text } }
    }
  }

  /** A connection that is gone by now: Slack tells it again, and it is known then. */
  async function say(acknowledge: Acknowledge, answer?: unknown): Promise<void> {
    try {
      await (answer === undefined ? acknowledge() : acknowledge(answer))
    } catch (error) {
      log.warn({ error }, 'an acknowledgement did not reach Slack')
    }
  }

  return { open, lastEventAt: () => lastEventAt }
}

/**
 * Whoever does not see that a form was taken presses again, which is another delivery of the same form: Slack makes
 * a new hash when the form is drawn anew, and the line is what was filled in.
 */
function sentAs({ id, submission }: Sent, heard: Heard): string {
  const { view } = submission
  if (view.hash === null || heard.kind !== 'form') return id
  return `form:${view.id}:${view.hash}:${digestOf([heard.line, heard.files.map(file => file.id)])}`
}

function isAct(heard: Heard): boolean {
  return heard.kind === 'line' || heard.kind === 'form' || heard.kind === 'shortcut'
}

function late(): LabError {
  return new LabError('late', `not on disk within ${STORE_WITHIN_MS} ms`, {
    hint: 'Look at the disk of the data directory: it is full, or far too slow.',
    failure: 'infrastructure',
  })
}
