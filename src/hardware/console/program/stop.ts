import type { Millis } from '../../../clock.ts'
import { HardwareError } from '../../../errors.ts'
import type { Finding } from '../../../reading/types.ts'
import { exchangeText } from '../shell/command.ts'
import { resync } from '../shell/resync.ts'
import type { Ended, Running } from './running.ts'

const COMMAND_MS = 10_000
const AFTER_KILL_MS = 1_500
const MOST_ROUNDS = 5
/** A kernel's trace comes whole before anything is typed into it. */
const TRACE_MS = 2_000

/** Interrupt, grace, kill. The guard at the prompt gives way to Ctrl-C, which the program never gets. */
export async function endNow(running: Running, signal: AbortSignal): Promise<Omit<Ended, 'at'>> {
  const { session } = running
  await leaveGuard(running, signal)
  const early = await endWithin(running, 0, signal)
  if (early !== null) return { ...early, endedBy: 'itself' }
  await interrupt(running, signal)
  const gentle = await endWithin(running, running.options.graceMs, signal)
  if (gentle !== null) return { ...gentle, endedBy: 'interrupt' }
  const isGone = await kill(running, signal)
  const killed = await endWithin(running, isGone ? 0 : AFTER_KILL_MS, signal)
  return {
    status: null,
    endedBy: isGone ? 'interrupt' : 'kill',
    to: killed?.to ?? running.sift.lastEnd() ?? session.talk.head(),
  }
}

/** True when there was nobody left to kill. Says nothing, since a program that still prints would be in between. */
async function kill(running: Running, signal: AbortSignal): Promise<boolean> {
  const text = '{ read -r _g _r <$_d/g&&kill -0 -$_g||exit 9;_z KILL;} >/dev/null 2>&1;exit 0'
  const { status } = await exchangeText(running.session, '_b', text, COMMAND_MS, signal)
  return status === 9
}

async function leaveGuard(running: Running, signal: AbortSignal): Promise<void> {
  running.guarded = false
  running.sift.begin()
  await resync(running.session, signal, 'interrupt')
}

/** The program's first act is to note its process group: a stop may be quicker. */
async function interrupt(running: Running, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const text = '{ read -r _g _r <$_d/g||exit 9;kill -INT -$_g;} 2>/dev/null;exit 0'
    const { status } = await exchangeText(running.session, '_b', text, COMMAND_MS, signal)
    if (status !== 9) return
  }
}

async function endWithin(
  running: Running,
  ms: Millis,
  signal: AbortSignal,
): Promise<{ status: number; to: number } | null> {
  const { clock } = running.session.talk
  const deadline = clock.mono() + ms
  for (;;) {
    const left = Math.max(0, deadline - clock.mono())
    const sight = left === 0 ? running.watch.take() : await running.watch.next(left, signal)
    if (sight === null) return null
    if (sight.kind === 'end') return { status: sight.status, to: sight.to }
  }
}

/** What the journal on the board says of this number; null when it says nothing. */
export async function savedStatus(running: Running, signal: AbortSignal): Promise<number | null> {
  const { output } = await exchangeText(running.session, '_b', 'cat $_d/s', COMMAND_MS, signal)
  const [number, status] = output.trim().split(' ')
  return Number(number) === running.number && status !== undefined ? Number(status) : null
}

/**
 * After every end, also a good one: whatever is left of the program's session is killed, until a look at /proc
 * finds nothing, and the terminal is as it was. False when something would not die.
 */
export async function cleanUp(running: Running, signal: AbortSignal): Promise<boolean> {
  const text = '[ "$_u" ]&&stty $_u;_l=$(_z KILL);echo $_l;[ "$_l" ]||{ rm -f $_d/[gps];_R=;}'
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { output } = await exchangeText(running.session, '_m', text, COMMAND_MS, signal)
    if (output.trim() === '') return true
  }
  return false
}

/**
 * The kernel reported something deadly, or a strange prompt answered where the guard should be. An interrupt tells:
 * either our prompt comes, and the program goes on without a guard, or the board is lost.
 */
export async function bringBack(
  running: Running,
  suspicion: { what: string; finding: Finding | null },
  signal: AbortSignal,
): Promise<void> {
  if (!running.guarded) return
  const { session } = running
  if (suspicion.finding !== null && (await endOrLost(running, signal))) return
  try {
    await leaveGuard(running, signal)
  } catch (error) {
    if (suspicion.finding === null) throw error
    throw new HardwareError(`${session.talk.board} did not come back after: ${suspicion.what}`, {
      hint: `Read the trace in the log; the board needs a reset: power cycle ${session.talk.board}`,
      cause: suspicion.finding.cause,
      blame: 'none',
      from: error,
    })
  }
}

/** Lets the trace come; puts the end back when the program ended all the same. */
async function endOrLost(running: Running, signal: AbortSignal): Promise<boolean> {
  const sight = await running.watch.next(TRACE_MS, signal)
  if (sight === null || sight.kind === 'suspicion') return false
  running.watch.add(sight)
  return true
}
