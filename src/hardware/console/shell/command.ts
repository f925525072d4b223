import type { Millis } from '../../../clock.ts'
import { InputError } from '../../../errors.ts'
import { deliver } from './deliver.ts'
import { type Ask, exchange } from './exchange.ts'
import { quote, typeable } from './frame-quote.ts'
import { sumOf } from './frame-sum.ts'
import type { Answer } from './hearing.ts'
import { question } from './resync.ts'
import { notAnswering, type Session } from './session.ts'

/** More than this is a file's business. */
const LONGEST_COMMAND = 64 * 1024
const NAME_LENGTH = 40
const START_MS = 1000
const ANSWER_MS = 1500
/** Shorter ones are typed as they are, again and again. */
const SHORT = 60
const MOST_DELIVERED = 3
const SUM_OF_HELD = '$(printf %s "$_h"|{ _g;echo $_r;}).$_n'
/** At 9600 baud a character takes a little over a millisecond. */
const MS_PER_CHARACTER = 1.2

/** One command of ours in the shell on the board: `_b` in a subshell of its own, `_m` in the shell itself. */
export async function exchangeText(
  session: Session,
  verb: '_b' | '_m',
  text: string,
  timeoutMs: Millis,
  signal: AbortSignal,
): Promise<Answer> {
  checkText(text)
  const command = typeable(text)
  const quoted = quote(command)
  const name = nameOf(text)
  const answer = await exchange(
    session,
    {
      name,
      typed: number => `${verb} ${number} ${number + command.length} ${quoted}\n`,
      again: command.length > SHORT ? inPieces(session, verb, command) : undefined,
      trailer: command,
      startMs: START_MS + quoted.length * MS_PER_CHARACTER,
      endMs: timeoutMs,
      unstick: '\n',
    },
    signal,
  )
  if (answer !== 'cut') return answer
  const seconds = Math.round(timeoutMs / 100) / 10
  throw notAnswering(session.talk, `${name} did not end within ${seconds} s and was interrupted`)
}

/** A long command hardly ever arrives whole on a line that loses characters: its pieces do. */
function inPieces({ talk, word, sum }: Session, verb: string, command: string): Ask['again'] {
  return {
    typed: number => `${verb} ${number} ${number + command.length} "$_h"\n`,
    async prepare(signal) {
      for (let tries = 0; tries < MOST_DELIVERED; tries++) {
        await deliver(talk, word, command, signal)
        if (sum === null) return
        const said = await question(talk, null, SUM_OF_HELD, ANSWER_MS, signal)
        if (said === `${sumOf(sum, Buffer.from(command))}.${word}`) return
      }
    },
  }
}

function checkText(text: string): void {
  if (text.includes('\0')) throw new InputError('a command has a NUL byte', { hint: 'Leave it out.' })
  if (text.length > LONGEST_COMMAND)
    throw new InputError(`a command has ${text.length} characters, the most is ${LONGEST_COMMAND}`, {
      hint: 'Put it into a script and send that as a file.',
    })
}

function nameOf(text: string): string {
  const first = text.split('\n', 1)[0] ?? ''
  return `\`${first.length > NAME_LENGTH ? `${first.slice(0, NAME_LENGTH)}…` : first}\``
}
