import type { BoardConfig, Settings } from '../../config/types.ts'
import { HardwareError } from '../../errors.ts'
import type { Collecting, RunTestJob } from '../../work/types.ts'
import type { Core } from '../core.ts'
import type { Run } from '../types.ts'

/** What the site is to do for the attempt under way; its file stays until `release`. Throws HardwareError (disk). */
export async function jobOf(
  core: Core,
  run: Run,
  board: BoardConfig,
): Promise<{ job: RunTestJob; release(): void }> {
  const attempt = numberOf(core.state().runs[run.id])
  const { args, env, timeoutMs, id } = run
  const { settings } = core.current.inventory
  const rest = {
    kind: 'run-test',
    id,
    attempt,
    board,
    args,
    env,
    timeoutMs,
    logLimitBytes: settings.logLimitBytes,
    ...(run.collect === undefined ? {} : { collect: collectingOf(run.collect, settings) }),
  } as const
  if (run.program.kind === 'shell') return { job: { ...rest, program: run.program }, release: () => {} }
  const held = await core.artifacts.hold(id, run.program.name)
  if (held === null) throw lostBinary(run.program.name)
  return { job: { ...rest, program: { ...run.program, path: held.path } }, release: held.release }
}

export function collectingOf(patterns: readonly string[], settings: Settings): Collecting {
  const { collectFiles: files, collectLimitBytes: bytes, collectTimeoutMs: withinMs } = settings
  return { patterns, most: { files, bytes }, withinMs }
}

/** The attempt that is under way, or was the last. */
export function numberOf(run: Run | undefined): number {
  return Math.max(1, run?.attempts.length ?? 1)
}

function lostBinary(name: string): HardwareError {
  return new HardwareError(`the stored file ${name} is gone`, {
    hint: 'Submit the test again.',
    cause: 'disk',
    blame: 'lab',
  })
}
