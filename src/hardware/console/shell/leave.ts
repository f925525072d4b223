import { climb, type Rung, resync } from './resync.ts'
import { deadlineSignal, notAnswering, type Session } from './session.ts'

const LEAVE_MS = 4_000
const MOST_TRIES = 3
/** Never an interrupt: it would be for the shell below, and our own is busy with its farewell. */
const RUNGS: readonly Rung[] = [700, 1000, 1500].map(waitMs => ({ key: null, waitMs }))

/**
 * Puts the board back: our shell says farewell (its exit trap ends what still runs, removes our folder, restores
 * the console level and the terminal), and the shell below is there again. A log-in stays: logging out would hang
 * up many a console. Throws when the board does not answer in time.
 */
export async function leave(session: Session): Promise<void> {
  if (session.lost !== null) return
  const { talk } = session
  const { signal, clear } = deadlineSignal(talk.clock, LEAVE_MS)
  try {
    if (session.dirty) await resync(session, signal, 'interrupt')
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      await talk.type(session.nested ? ' exit\n' : IN_PLACE, signal)
      const said = await climb(talk, RUNGS, '$_n', signal)
      if (said === null) throw notAnswering(talk, 'no shell answered after ours had been left')
      if (!session.nested || said !== session.word) return
    }
    throw notAnswering(talk, `our shell did not end when it was told to, ${MOST_TRIES} times,`)
  } finally {
    clear()
  }
}

/** Where no shell of our own could be started: our words and functions are taken back one by one. */
const IN_PLACE = ` _q;trap - EXIT HUP INT;unset -f _D _G _H _L _O _P _S _T _U _V _W _a _b _c _e _f _g _i _l _m _q _u _w _y _z;PS1='$ ' PS2='> '\n`
