import { type Collector, isFailure } from './collector.ts'
import type { CaseResult } from './types.ts'

/** What ltp-pan prints around one program: `<<<test_start>>>` to `<<<test_end>>>` (pan/ltp-pan.c, write_test_start). */
export type LtpBlock = {
  readonly tag: string
  readonly from: number
  read(text: string): boolean
  saw(result: CaseResult): void
  /** The program as a case of its own, where its results do not say what its exit status does. */
  end(isWhole: boolean): { result: CaseResult; reason: string; durationMs: number | null } | null
}

const TAG = /^tag=(\S+) stime=\d+/
const DURATION = /^duration=(\d{1,9}) termination_type=(\w+) termination_id=(\d{1,9})/
/** include/tst_res_flags.h: a program's exit status is the sum of what happened. */
const TCONF = 32

export function createLtpBlock(collector: Collector, from: number): LtpBlock {
  let tag: string | null = null
  let status: { durationMs: number; type: string; id: number } | null = null
  let results = 0
  let failed = 0

  const byStatus = (): { result: CaseResult; reason: string } => {
    if (status === null) return { result: 'error', reason: 'its exit status was not seen' }
    const reason = `${status.type} ${status.id}`
    if (status.type !== 'exited') return { result: 'error', reason }
    if (status.id === 0) return { result: 'pass', reason }
    return { result: status.id === TCONF ? 'skip' : 'fail', reason }
  }

  return {
    get tag() {
      return tag ?? 'unnamed'
    },
    from,
    read(text) {
      const name = TAG.exec(text)?.[1]
      if (name !== undefined) {
        tag = name
        return true
      }
      const [, seconds, type = '', id] = DURATION.exec(text) ?? []
      if (seconds === undefined) return false
      status = { durationMs: Number(seconds) * 1000, type, id: Number(id) }
      return true
    },
    saw(result) {
      results += 1
      if (isFailure(result)) failed += 1
    },
    end(isWhole) {
      if (tag === null) collector.problem(`line ${from}: an LTP test whose name was not seen`)
      if (!isWhole) collector.problem(`line ${from}: ${tag ?? 'an LTP test'} began and did not end`)
      else if (status === null)
        collector.problem(`line ${from}: the exit status of ${tag ?? 'an LTP test'} was not seen`)
      const own = byStatus()
      if (results > 0 && (failed > 0 || !isFailure(own.result))) return null
      return { ...own, durationMs: status?.durationMs ?? null }
    },
  }
}
