import type { SlackFace } from '../bot/slack/face.ts'
import type { Environment } from '../config/types.ts'
import type { HttpHome } from '../http/types.ts'
import type { Log } from '../log.ts'
import type { Channel } from '../mail/types.ts'

/** Of what was asked for over HTTP in a deployment that has no home channel: there is nobody to tell. */
const NOWHERE = 'http'

/** What Jenkins and scripts ask for is shown where people are: in the home channel, or at the terminal (design 6). */
export function homeOf({ slack, chat }: Environment, face: SlackFace | null, log: Log): HttpHome {
  const home = slack?.home ?? null
  const place =
    home !== null
      ? { channel: 'slack', place: home }
      : chat === 'terminal'
        ? { channel: 'home', place: 'home' }
        : { channel: NOWHERE, place: NOWHERE }
  return {
    origin: request => (request === undefined ? place : { ...place, request }),
    posted(run) {
      face
        ?.show(`run/${run.id}`)
        .catch((error: unknown) => log.warn({ run: run.id, error }, 'no card in the home channel'))
    },
  }
}

/** Whatever is owed there is settled: it must not wait for a day. */
export const nowhere: Channel = { id: NOWHERE, deliver: async () => 'nobody' }
