import type { Millis } from '../../../clock.ts'
import { type SumTool, sumOf } from '../shell/frame-sum.ts'
import type { Session } from '../shell/session.ts'
import { frameOf, probe } from './frames.ts'
import { closeStream, endStream, type Order, openStream, type Stream, wasReset } from './stream.ts'
import type { TransferTools } from './tools.ts'

const PROBES = 2
const PROBE_MS: Millis = 3000

/**
 * Whether all bytes get through to the board as they are, found out once a session with a block that goes nowhere:
 * terminals, telnet servers and flow control take some for themselves. Noise from the board says nothing about it.
 */
export async function isClean(
  session: Session,
  tool: SumTool,
  tools: TransferTools,
  signal: AbortSignal,
): Promise<boolean> {
  if (!tools.modes) return false
  for (let tries = 0; tools.clean !== true && tries < (tools.clean === null ? PROBES : 0); tries++) {
    if (await passes(session, tool, tools, signal)) tools.clean = true
  }
  tools.clean ??= false
  return tools.clean
}

async function passes(
  session: Session,
  tool: SumTool,
  tools: TransferTools,
  signal: AbortSignal,
): Promise<boolean> {
  const order: Order = {
    ...{ session, tool, mode: 'raw', padded: tools.readsAhead },
    ...{ packed: false, sha256: '-', word: '"$_d/t.part"' },
  }
  const opened = await openStream(order, tools.msPerByte, signal)
  if (opened === null) {
    tools.modes = false
    return false
  }
  const { stream } = opened
  learn(tools, opened.ms)
  try {
    const isRight = await arrives(stream, signal)
    await closeStream(stream, signal)
    return isRight
  } catch (error) {
    await endStream(stream, error)
    throw error
  }
}

/** Of what the board was asked first, so much was not the line but the way there and back. */
function learn(tools: TransferTools, openMs: Millis): void {
  tools.openMs = openMs
  const lineMs = tools.ask.ms - openMs
  if (lineMs > 0) tools.msPerByte = Math.min(tools.msPerByte, lineMs / tools.ask.bytes)
}

async function arrives({ order, watch }: Stream, signal: AbortSignal): Promise<boolean> {
  const bytes = probe()
  await order.session.talk.carry(frameOf(order, { unit: 0, bytes }), signal)
  for (
    let sight = await watch.next(PROBE_MS, signal);
    sight !== null;
    sight = await watch.next(PROBE_MS, signal)
  ) {
    if (sight.kind === 'frame') return sight.unit === 0 && sight.sum === sumOf(order.tool, bytes)
    if (sight.kind === 'in step' || sight.kind === 'end') return false
    if (sight.kind === 'reset') throw wasReset(order.session, sight.what)
  }
  return false
}
