/** The first thing that the bot says where it was invited: what it is, and what to type. */

import { button, code, plain } from './text.ts'
import type { Part, View } from './view.ts'

/** `call` is what goes before a line here: `/lab`, `@boardroom`; `family` one of the lab, for a line that works as it stands. */
export function welcomeCard(call: string, family: string | null): View {
  const tries: readonly (readonly [line: string, about: string])[] = [
    ['run-test', 'run a program on a board; a form asks what is needed'],
    [family === null ? 'lease' : `lease ${family}`, 'have a board to yourself, or wait in line for it'],
    ['boards', 'all boards: what they do, how they are'],
  ]
  const lines = tries.map(
    ([line, about]): Part => ({
      t: 'text',
      runs: [code(`${call} ${line}`), plain(`  ${about}`)],
    }),
  )
  return {
    kind: 'message',
    topic: 'welcome',
    rev: 0,
    tone: 'idle',
    title: [
      plain('Boardroom runs tests on the boards of the lab, lends boards, and tells here how it went.'),
    ],
    summary: `Boardroom runs tests on the boards of the lab. Try: ${tries.map(([line]) => `${call} ${line}`).join(', ')}. All there is: ${call} help`,
    parts: [
      ...lines,
      {
        t: 'actions',
        items: [
          button('run', 'Run a test', 'run-test', { style: 'primary' }),
          button('lease', 'Lease a board', 'lease'),
          button('boards', 'Boards', 'boards'),
          button('help', 'Help', 'help'),
        ],
      },
    ],
  }
}
