import type { App } from '../app.ts'
import { warningsOf } from '../config/index.ts'
import { rolesConfigured } from '../lab/records.ts'
import { REPLAY_LINE } from './run-tour.ts'
import type { Session } from './session.ts'

/** What a person at a terminal sees before the first prompt. */
export async function greeting({ command, environment, flags }: Session, app: App): Promise<string> {
  const boards = app.lab.boards().length
  if (flags.replay !== null) return replayGreeting(flags.replay, app.address)
  if (command === 'demo') return demoGreeting(boards, app.address)
  const inventory = app.lab.inventory()
  const warnings = warningsOf(inventory).map(warning => `Warning: ${warning}\n`)
  const open = rolesConfigured(inventory.people) ? '' : 'No roles are configured: everybody has every role.\n'
  const chat = await app.chatWord()
  return [
    `Boardroom: ${boards} boards of ${environment.boardsFile}. Logs and health at ${app.address}\n`,
    ...(chat === null ? [] : [`${chat}\n`]),
    open,
    ...warnings,
  ].join('')
}

function replayGreeting(file: string, address: string): string {
  return [
    `replay-001 is a simulated board that prints ${file} again whenever \`replay\` is run on it:`,
    '',
    `  ${REPLAY_LINE}         see what becomes of it`,
    "  run-test replay --shell 'replay 3'     the same, where the program exits with 3",
    '',
    `help shows more; exit leaves. Logs: ${address}`,
    '',
    '',
  ].join('\n')
}

function demoGreeting(boards: number, address: string): string {
  return [
    'Boardroom runs a lab of boards from a chat or, here, from a terminal.',
    `These ${boards} boards are simulated: nothing outside this machine is touched, and nothing is kept.`,
    '',
    '  run-test socA demo/hello     run a program on a board',
    '  boards                       see the lab',
    '  lease soc-b-001 30m          take a board for yourself',
    '',
    `help shows more; @kai: before a line types as Kai; exit leaves. Logs: ${address}`,
    '',
    '',
  ].join('\n')
}
