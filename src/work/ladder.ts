import { type Millis, within } from '../clock.ts'
import { failureOf } from '../errors.ts'
import type { EndedBy, Sysrq } from '../hardware/types.ts'
import { watchBoot } from './boot.ts'
import type { Placing } from './program.ts'

/** A first process starts its shell or log-in again within a second or two; a log-in asks for a while. */
const PROMPT_WITHIN_MS: Millis = 8_000

export type LastResort = {
  endedBy: Extract<EndedBy, 'sysrq' | 'reset'>
  boardClean: boolean
  /** Whether the board was at its prompt again while there was time to look. */
  resetBack?: boolean
}

/**
 * The last steps of ending a test, when interrupt and kill brought no prompt (console.md 8): the kernel kills all
 * processes but the first; when that brings no prompt either, it resets. Null where neither is allowed, may be done
 * now, or was heard by the kernel: the lab looks after the board then. Never throws.
 */
export async function endBySysrq(placing: Placing): Promise<LastResort | null> {
  const { board, stopper, ctx } = placing
  const { sysrq } = board
  if (sysrq === undefined || !stopper.mayType()) return null
  ctx.onEvent({ kind: 'stage', stage: 'ending', t: ctx.clock.now() })
  const killed = await press(sysrq, 'i', stopper.last)
  if (killed === 'deaf') return null
  if (killed === 'done' && (await atPrompt(placing)))
    return { endedBy: 'sysrq', boardClean: await isTidy(placing) }
  if (!stopper.mayType() || (await press(sysrq, 'b', stopper.last)) !== 'done') return null
  return { endedBy: 'reset', boardClean: false, resetBack: await comesBack(placing) }
}

/** A kernel that is deaf to the one key would not hear the other; one that refuses it may allow the other. */
async function press(
  sysrq: Sysrq,
  key: 'i' | 'b',
  signal: AbortSignal,
): Promise<'done' | 'refused' | 'deaf'> {
  try {
    await sysrq.press(key, signal)
    return 'done'
  } catch (error) {
    return failureOf(error).blame === 'board' ? 'deaf' : 'refused'
  }
}

async function atPrompt({ board, ctx, stopper }: Placing): Promise<boolean> {
  const stop = new AbortController()
  const late = (): Error => new Error('no prompt after SysRq i')
  try {
    const attached = board.shell.attach(AbortSignal.any([stop.signal, stopper.last]))
    await within(ctx.clock, PROMPT_WITHIN_MS, attached, late, stopper.last)
    return true
  } catch (error) {
    stop.abort(error)
    return false
  }
}

/** No process of the test is left; its folder may be, and a kernel that reported an oops is not as it was. */
async function isTidy({ board, folder, stopper }: Placing): Promise<boolean> {
  if (stopper.finding() !== null) return false
  const gone = board.shell.command(`rm -rf ${folder}`, stopper.last)
  return await gone.then(
    ({ status }) => status === 0,
    () => false,
  )
}

async function comesBack({ job, board, ctx, stopper }: Placing): Promise<boolean> {
  const watch = watchBoot(board, { ...ctx, signal: stopper.last })
  try {
    return (await watch.comesBack(job.board.bootTimeoutMs)) === null
  } catch {
    return false
  } finally {
    watch.close()
  }
}
