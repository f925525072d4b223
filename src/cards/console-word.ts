/** The word that opens a board's console, for whoever asked for it and nobody else. */

import type { ConsoleWord } from '../lab/lab.ts'
import { bold, code, plain, textOf, user } from './text.ts'
import type { Part, Run, View } from './view.ts'
import type { TimeFrame } from './words.ts'

export function consoleWordCard(given: ConsoleWord, frame: TimeFrame): View {
  const { board, lease, person, word, until } = given
  const what = lease === null ? 'to watch' : `to type, under ${lease}`
  const title = [bold(board), plain(` · ${consoleWords(given)}, `), bold(what)]
  const connect = telnetLine(given.address)
  const good = `good once, within ${Math.round((until - frame.now) / 1_000)} s`
  return {
    kind: 'message',
    topic: `console/${board}`,
    rev: 0,
    tone: 'ok',
    title,
    aside: [user(person)],
    summary: `${textOf(title, frame)}. ${connect} · word ${word} (${good})`,
    parts: [
      {
        t: 'fields',
        items: [
          { name: 'connect', value: [code(connect)] },
          { name: 'word', value: [code(word), plain(` (${good})`)] },
        ],
      },
      { t: 'note', runs: [noteOf(lease)] },
      ...otherConsoles(given),
    ],
  }
}

/** `console`; where the board has several, `console uart1 (kernel)`. */
function consoleWords({ console, consoles }: ConsoleWord): string {
  const own = consoles.find(each => each.name === console) ?? consoles[0]
  return consoles.length < 2 || own === undefined ? 'console' : `console ${consoleName(own)}`
}

function otherConsoles({ board, lease, console, consoles }: ConsoleWord): readonly Part[] {
  const own = console ?? consoles[0]?.name
  const others = consoles.filter(each => each.name !== own)
  if (others.length === 0) return []
  const command = lease === null ? `boards watch ${board}` : `lease console ${lease}`
  const names = others.map(consoleName).join(', ')
  return [
    {
      t: 'note',
      runs: [plain(`It has others: ${names}. `), code(`${command} --console ${others[0]?.name}`)],
    },
  ]
}

/** `uart1 (secure world)`. */
export function consoleName({ name, purpose = null }: { name: string; purpose?: string | null }): string {
  return purpose === null ? name : `${name} (${purpose})`
}

function noteOf(lease: string | null): Run {
  return plain(
    lease === null
      ? 'You see everything and type nothing; once there you may ask for the keyboard.'
      : 'It takes the keyboard over from an older connection of yours. It ends with the lease.',
  )
}

/** The very line that connects. */
export function telnetLine({ host, port }: ConsoleWord['address']): string {
  return `telnet ${host} ${port}`
}
