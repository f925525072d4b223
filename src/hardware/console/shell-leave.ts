import { question, resync } from './shell-resync.ts'
import { deadlineSignal, type Session } from './shell-session.ts'

const LEAVE_MS = 4_000
const ANSWER_MS = 700

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
    await talk.type(session.nested ? ' exit\n' : IN_PLACE, signal)
    for (let tries = 0; tries < 3; tries++) {
      if ((await question(talk, null, '', ANSWER_MS, signal)) !== null) return
    }
  } finally {
    clear()
  }
}

/** Where no shell of our own could be started: our words and functions are taken back one by one. */
const IN_PLACE = ` _q;trap - EXIT HUP;unset -f _a _b _c _e _f _i _l _m _q _u _w _y _z _O;PS1='$ ' PS2='> '\n`
