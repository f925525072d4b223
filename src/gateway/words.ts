/** What the gateway says, in one place. */

import { consoleName } from '../cards/console-word.ts'
import { clean, listed, mention } from '../cards/text.ts'
import { clockTime } from '../cards/words.ts'
import type { ConsoleName, Lab, Seat } from '../lab/lab.ts'
import type { Lease } from '../lab/types.ts'

const MOST_NAMED = 8

/** Where people sit together: one console of a board. */
export type Place = Pick<Seat, 'board' | 'console'>

/** `soc-b-001`, and of another console than the first `soc-b-001 uart1`. */
export function placeWords({ board, console }: Place): string {
  return console === null ? board : `${board} ${console}`
}

/** Which console this is, what the others are for, and how to come to them; nothing where there is but one. */
export function consolesWords(
  { board, console, lease }: Place & { lease: string | null },
  all: readonly ConsoleName[],
): readonly string[] {
  const own = all.find(({ name }) => name === console) ?? all[0]
  const others = all.filter(each => each !== own)
  if (own === undefined || others.length === 0) return []
  const command = lease === null ? `boards watch ${board}` : `lease console ${lease}`
  const names = others.map(consoleName).join(', ')
  return [
    `This is console ${consoleName(own)}. There are: ${names}. A word for one: ${command} --console ${others[0]?.name}`,
  ]
}

/** Who is at a board's console, for one of them. */
export type Company = { typing: string | null; watching: readonly string[] }

/** `@kai types, under L7 until 15:30; @mei, @li watch`; empty when nobody is there. */
export function companyWords({ typing, watching }: Company, lease: string): string {
  const names = listed(watching.map(mention), MOST_NAMED)
  const types = typing === null ? '' : `${mention(typing)} types${lease === '' ? '' : `, under ${lease}`}`
  const watch = watching.length === 0 ? '' : `${names} ${watching.length === 1 ? 'watches' : 'watch'}`
  return [types, watch].filter(part => part !== '').join('; ')
}

/** `L7 until 15:30`. */
export function leaseWords(lab: Pick<Lab, 'now' | 'inventory'>, lease: Lease | null): string {
  if (lease === null) return ''
  const frame = { now: lab.now(), timeZone: lab.inventory().settings.timeZone }
  return lease.until === null ? lease.id : `${lease.id} until ${clockTime(lease.until, frame)}`
}

export function pastWords(lines: number, isCut: boolean): string {
  const what = `The last ${lines === 1 ? 'line' : `${lines} lines`} of its log`
  return isCut ? `${what}, without what the lab itself typed:` : `${what}:`
}

export type Greeting = {
  place: string
  types: boolean
  lease: string
  company: Company
  /** Which console this is, where there are several. */
  consoles: readonly string[]
  /** How to get to the commands from where this person types. */
  speaksTelnet: boolean
  /** Why the console says nothing now; null when it is connected. */
  problem: string | null
}

export function greeting(facts: Greeting): readonly string[] {
  const { place, types, lease, company, problem } = facts
  const others = companyWords(company, lease)
  const mine = types ? `you type, under ${lease}` : 'you watch'
  const lines = [`${place}: ${mine}. ${others === '' ? 'Nobody else is here.' : `${others}.`}`]
  lines.push(...facts.consoles, howTo(types, facts.speaksTelnet))
  if (problem !== null) lines.push(lostWords(problem))
  return lines
}

/** A telnet client keeps Ctrl-] to itself and sends it when told to; others just send it. */
export function howTo(types: boolean, speaksTelnet: boolean): string {
  if (!types) return 'Nothing you type goes to the board. Commands: who, ask (for the keyboard), quit.'
  return speaksTelnet
    ? 'To leave: Ctrl-], then quit. For who, give NAME and break: Ctrl-], then send esc.'
    : 'Ctrl-] opens a command line: who, give NAME, break, quit.'
}

export function promptWords(types: boolean): string {
  return `-- ${types ? 'who, give NAME, break, quit' : 'who, ask, quit'}: `
}

export function askedWords(name: string, types: boolean, speaksTelnet: boolean): string {
  const key = !types ? '' : speaksTelnet ? 'Ctrl-], send esc, ' : 'Ctrl-], '
  return `${mention(name)} asks for the keyboard. To give it: ${key}give ${clean(name)}`
}

export function lostWords(problem: string): string {
  return `The console is not connected: ${problem}. It is tried again by itself.`
}

export const FOUND_WORDS = 'The console is connected again.'
