import type { PowerService } from './boards/power.ts'
import type { Core } from './core.ts'
import type { Ending } from './lab.ts'
import type { Transfers } from './leases/transfers.ts'
import { isFinal } from './runs/run-state.ts'
import type { Runs } from './runs/runs.ts'
import type { PowerEvent, Run, Transfer } from './types.ts'

/** Exit statuses of design 10: 1 failed, timeout or cancelled; 2 infrastructure or unreachable. */
export function endingOfRun(run: Run): Ending {
  if (run.state === 'passed') return { ok: true, exit: 0 }
  return { ok: false, exit: run.state === 'error' ? 2 : 1 }
}

export function endingOfPower(event: PowerEvent): Ending {
  const ok = event.failure === null && event.back !== false
  return { ok, exit: ok ? 0 : 2 }
}

/** Exit statuses of design 10. */
export function endingOfTransfer({ failure }: Transfer): Ending {
  if (failure === null) return { ok: true, exit: 0 }
  return { ok: false, exit: failure.class === 'infrastructure' ? 2 : failure.class === 'input' ? 3 : 1 }
}

export type EndingDeps = {
  core: Core
  runs: Runs
  power: Pick<PowerService, 'event' | 'acting'>
  transfers: Pick<Transfers, 'find'>
}

/** Waits until what `topic` names has come to its end and nothing about it is owed to anybody any more. */
export function waitForEnding(
  { core, runs, power, transfers }: EndingDeps,
  topic: string,
  signal: AbortSignal,
): Promise<Ending> {
  const [kind, id = ''] = topic.split('/')
  const ask = async (): Promise<Ending | null> => {
    if (kind === 'run') {
      const run = await runs.find(id)
      if (run === null) return { ok: false, exit: 3 }
      const owed = Object.values(core.state().outbox).some(item => item.topic === topic)
      return isFinal(run.state) && !owed ? endingOfRun(run) : null
    }
    if (kind === 'power') {
      const event = power.event(id)
      if (event === null) return { ok: false, exit: 3 }
      // Whoever waited for it may have the board: it is given back a moment after the switch is done.
      return event.endedAt === null || power.acting(event.board) ? null : endingOfPower(event)
    }
    if (kind === 'transfer') {
      const transfer = await transfers.find(id)
      if (transfer === null) return { ok: false, exit: 3 }
      return transfer.endedAt === null ? null : endingOfTransfer(transfer)
    }
    return { ok: true, exit: 0 }
  }
  return new Promise((resolve, reject) => {
    let asking = false
    let again = false
    const finish = (act: () => void): void => {
      unsubscribe()
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onAbort = (): void => finish(() => reject(signal.reason as Error))
    const look = (): void => {
      if (asking) {
        again = true
        return
      }
      asking = true
      ask().then(
        ending => {
          asking = false
          if (ending !== null) finish(() => resolve(ending))
          else if (again) {
            again = false
            look()
          }
        },
        (error: unknown) => finish(() => reject(error as Error)),
      )
    }
    const unsubscribe = core.news.subscribe('*', news => {
      if (news.topic === topic || news.topic === 'outbox') look()
    })
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    else look()
  })
}
