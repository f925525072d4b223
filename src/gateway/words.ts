/** What the gateway says, in one place. */

import { clean, listed, mention } from '../cards/text.ts'
import { clockTime } from '../cards/words.ts'
import type { Lab } from '../lab/lab.ts'
import type { Lease } from '../lab/types.ts'

const MOST_NAMED = 8

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

export type Greeting = {
  board: string
  types: boolean
  lease: string
  company: Company
  /** How to get to the commands from where this person types. */
  speaksTelnet: boolean
  /** Why the console says nothing now; null when it is connected. */
  problem: string | null
}

export function greeting(facts: Greeting): readonly string[] {
  const { board, types, lease, company, problem } = facts
  const others = companyWords(company, lease)
  const mine = types ? `you type, under ${lease}` : 'you watch'
  const lines = [`${board}: ${mine}. ${others === '' ? 'Nobody else is here.' : `${others}.`}`]
  lines.push(howTo(types, facts.speaksTelnet))
  if (problem !== null) lines.push(lostWords(problem))
  return lines
}

/** A telnet client keeps Ctrl-] to itself and sends it when told to; others just send it. */
export function howTo(types: boolean, speaksTelnet: boolean): string {
  if (!types) return 'Nothing you type goes to the board. Commands: who, ask (for the keyboard), quit.'
  return speaksTelnet
    ? 'To leave: Ctrl-], then quit. For who and give NAME: Ctrl-], then send esc.'
    : 'Ctrl-] opens a command line: who, give NAME, quit.'
}

export function promptWords(types: boolean): string {
  return `-- ${types ? 'who, give NAME, quit' : 'who, ask, quit'}: `
}

export function askedWords(name: string, types: boolean, speaksTelnet: boolean): string {
  const key = !types ? '' : speaksTelnet ? 'Ctrl-], send esc, ' : 'Ctrl-], '
  return `${mention(name)} asks for the keyboard. To give it: ${key}give ${clean(name)}`
}

export function lostWords(problem: string): string {
  return `The console is not connected: ${problem}. It is tried again by itself.`
}

export const FOUND_WORDS = 'The console is connected again.'
