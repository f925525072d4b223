/** Who sees an answer: questions the asker alone, what is done everybody, secrets nobody else (chat-platforms 4.3). */

import type { Outcome } from '../../../commands/dispatch.ts'
import type { AnyCommand } from '../../../commands/types.ts'

/** What a line asks for. `follow`: to be kept up to date on somebody's test. */
export type Deed = 'question' | 'act' | 'run' | 'follow' | 'secret'

/**
 * `asker`: one pair of eyes; `channel`: all of the channel or thread it was asked in; `direct`: by direct message;
 * `home`: all of the home channel, and a link to whoever asked.
 */
export type Audience = 'asker' | 'channel' | 'direct' | 'home'

/** From what the record of the command says already: what is read over HTTP with GET is a question. */
export function deedOf({ http, private: isPrivate, follows }: AnyCommand): Deed {
  if (isPrivate === true) return 'secret'
  if (http === undefined) return follows === undefined ? 'question' : 'follow'
  if (http.method === 'GET') return 'question'
  const makesTest = http.status === 201 && http.path.startsWith('/tests')
  return makesTest ? 'run' : 'act'
}

export type Asked = {
  /** In a direct message with the bot. */
  isDirect: boolean
  /** In a thread of a channel. */
  inThread: boolean
  /** A question whose answer everybody is to see. */
  here: boolean
}

/** What is refused, wrong, or still to be asked is the asker's alone. */
export function audienceOf(deed: Deed, outcome: Outcome['kind'], asked: Asked): Audience {
  if (outcome !== 'done') return 'asker'
  switch (deed) {
    case 'secret':
      return 'direct'
    case 'question':
      return asked.here && !asked.isDirect ? 'channel' : 'asker'
    case 'follow':
      return asked.inThread && !asked.isDirect ? 'channel' : 'direct'
    case 'run':
      return asked.isDirect ? 'home' : 'channel'
    case 'act':
      return 'channel'
    default:
      return deed satisfies never
  }
}
