import type { Context } from 'koa'
import type { Clock, Millis } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { laneOfAddress, plainAddress } from '../callers/addresses.ts'
import { tooManyWrong, WRONG_A_MINUTE } from '../callers/too-many-wrong.ts'
import { createWrongKeys } from '../callers/wrong-keys.ts'
import { answerProblem, type Problem } from '../problem.ts'
import type { Route } from '../routes.ts'
import { answerTest, ofFault, ofFaults } from './answer.ts'
import { isJson, objectIn, readBody } from './body.ts'
import { isNotification, readNotification } from './notification.ts'
import { createOrders, JENKINS, type OrdersDeps } from './orders.ts'
import { CLOSED, CUT_SHORT, NO_OBJECT, NOT_JSON, ofRefusal, TOO_LARGE } from './problems.ts'
import { readStep } from './step.ts'
import type { Parsed } from './types.ts'
import { type Claim, type Refusal, readClaim, refusalOf } from './verify.ts'

export type JenkinsDeps = OrdersDeps & {
  lab: OrdersDeps['lab'] & { link(run: string): string }
  /** Null: it is closed. */
  secret: string | null
  clock: Clock
  log: Log
}

export type Jenkins = {
  /** `POST /webhooks/jenkins` (M8.1). */
  route: Route
  /** Goes on with what another process left behind; once the lab takes work. */
  resume(): void
  stop(deadlineMs: Millis): Promise<void>
  /** Requests that did not show the secret, since the start. */
  refused(): number
}

type Judged =
  | { kind: 'problem'; problem: Problem }
  | { kind: 'refused'; why: Refusal }
  | { kind: 'passed'; parsed: Parsed }

export function createJenkins(deps: JenkinsDeps): Jenkins {
  const { lab, secret, clock, log } = deps
  const orders = createOrders(deps)
  const wrongSecrets = createWrongKeys(clock, WRONG_A_MINUTE)
  let refused = 0

  async function handle(ctx: Context): Promise<void> {
    // One that is empty would be anybody's.
    if (secret === null || secret === '') return end(ctx, CLOSED)
    const lane = laneOfAddress(ctx.req.socket.remoteAddress)
    // Before anything is looked at: any other answer would tell who guesses that this one was right.
    if (isShutOut(ctx, lane)) return
    const judged = await judge(ctx, secret)
    // And again: while a body came, others from there may have guessed.
    if (isShutOut(ctx, lane)) return
    if (judged.kind === 'refused') return refuse(ctx, judged.why)
    if (judged.kind === 'problem') return end(ctx, judged.problem)
    wrongSecrets.right(lane, JENKINS.id)
    await answer(ctx, judged.parsed)
  }

  /** Jenkins may share its address with whoever guesses: where it was right before, it is let in all the same. */
  function isShutOut(ctx: Context, lane: string): boolean {
    const waitMs = wrongSecrets.barredFor(lane)
    if (waitMs <= 0 || wrongSecrets.isKnown(lane, JENKINS.id)) return false
    refused++
    end(ctx, tooManyWrong('secret', 'job', waitMs))
    return true
  }

  async function judge(ctx: Context, secret: string): Promise<Judged> {
    const read = readClaim(ctx.req.headers, new URLSearchParams(ctx.querystring), clock.now())
    if (!read.ok) return { kind: 'refused', why: read.why }
    const { claim } = read
    // No byte is read of somebody who does not know the secret.
    if (claim.by !== 'signature') {
      const why = refusalOf(claim, secret, Buffer.alloc(0))
      if (why !== null) return { kind: 'refused', why }
    }
    if (!isJson(ctx.req)) return problem(NOT_JSON)
    const body = await readBody(ctx.req, clock).catch((error: unknown) => {
      log.warn({ from: addressOf(ctx), why: messageOf(error) }, 'a request of Jenkins was cut short')
      return 'cut short' as const
    })
    if (body === 'cut short') return problem(CUT_SHORT)
    if (body === null) return problem(TOO_LARGE)
    const why = refusalOf(claim, secret, body)
    return why === null ? judgeBody(ctx, claim, body) : { kind: 'refused', why }
  }

  function judgeBody(ctx: Context, claim: Claim, bytes: Buffer): Judged {
    const body = objectIn(bytes)
    if (body === null) return problem(NO_OBJECT)
    if (isNotification(body)) return { kind: 'passed', parsed: readNotification(body) }
    if (claim.by === 'query') return { kind: 'refused', why: 'a secret in the address' }
    const delivery = ctx.get('X-Boardroom-Delivery')
    return {
      kind: 'passed',
      parsed: readStep(body, { claim, delivery: delivery === '' ? undefined : delivery }),
    }
  }

  async function answer(ctx: Context, parsed: Parsed): Promise<void> {
    if (parsed.kind === 'ignored') {
      log.debug({ why: parsed.why }, 'nothing to do for a delivery of Jenkins')
      ctx.status = 200
      ctx.body = { ignored: parsed.why }
      return
    }
    if (parsed.kind === 'wrong') return told(ctx, ofFaults(parsed.faults))
    const done = await orders.carryOut({ ...parsed.order, where: `http ${addressOf(ctx)}` })
    if (done.kind === 'test') return answerTest(ctx, lab, done)
    told(ctx, ofFault(done.fault))
  }

  /** The plugin shows nobody what it is answered. */
  function told(ctx: Context, problem: Problem): void {
    const { status, code, detail } = problem
    log.warn(
      { from: addressOf(ctx), status, code, detail },
      'Jenkins asked for a test that was not submitted',
    )
    answerProblem(ctx, problem)
  }

  function refuse(ctx: Context, why: Refusal): void {
    refused++
    const lane = laneOfAddress(ctx.req.socket.remoteAddress)
    const waitMs = wrongSecrets.barredFor(lane)
    if (waitMs > 0) {
      end(ctx, tooManyWrong('secret', 'job', waitMs))
      return
    }
    wrongSecrets.wrong(lane)
    log.warn(
      { from: addressOf(ctx), why, refused },
      `a request that is not our Jenkins's was refused: ${why}`,
    )
    end(ctx, ofRefusal(why))
  }

  return {
    route: { path: '/webhooks/jenkins', methods: ['POST'], access: 'anyone', handle },
    resume: () => orders.resume(),
    stop: deadlineMs => orders.stop(deadlineMs),
    refused: () => refused,
  }
}

function addressOf(ctx: Context): string {
  return plainAddress(ctx.req.socket.remoteAddress)
}

/** What is left of the body is not read: the connection ends with the answer. */
function end(ctx: Context, problem: Problem): void {
  ctx.set('Connection', 'close')
  answerProblem(ctx, problem)
}

function problem(problem: Problem): Judged {
  return { kind: 'problem', problem }
}
