/** The language that the tables of Slack's objects are written in. */

import type { Issue } from './issue.ts'

export type Json = Readonly<Record<string, unknown>>

export type Rule =
  | {
      is: 'string'
      least: number
      most: number
      pattern?: RegExp
      oneOf?: readonly string[]
      counts: Counting
    }
  | { is: 'number'; least: number; most: number; whole: boolean }
  | { is: 'boolean' }
  | { is: 'list'; of: Rule; least: number; most: number }
  | { is: 'object'; shape: Shape }
  /** Told apart by `type`. A function: objects hold each other. */
  | { is: 'one'; of: () => Readonly<Record<string, Shape>> }
  | { is: 'anything' }

/** `escaped`: & < > count as their entities. */
export type Counting = 'escaped' | 'as it is'

export type Shape = {
  need: Readonly<Record<string, Rule>>
  may: Readonly<Record<string, Rule>>
  /** What a table cannot say. `pointer` is of the object. */
  also?: (value: Json, pointer: string) => readonly Issue[]
}

export function shape(need: Shape['need'], may: Shape['may'] = {}, also?: Shape['also']): Shape {
  return also === undefined ? { need, may } : { need, may, also }
}

export function string(most: number, least = 1): Rule {
  return { is: 'string', least, most, counts: 'escaped' }
}

/** Markup and addresses: the writer has escaped it already. */
export function literal(most: number, pattern?: RegExp): Rule {
  return { is: 'string', least: 1, most, counts: 'as it is', ...(pattern === undefined ? {} : { pattern }) }
}

export function word(...oneOf: readonly string[]): Rule {
  return { is: 'string', least: 0, most: Number.POSITIVE_INFINITY, oneOf, counts: 'as it is' }
}

export function number(least: number, most: number, whole = true): Rule {
  return { is: 'number', least, most, whole }
}

export const ANY_NUMBER = number(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, false)
export const YES_OR_NO: Rule = { is: 'boolean' }
export const ANYTHING: Rule = { is: 'anything' }

export function list(of: Rule, most: number, least = 1): Rule {
  return { is: 'list', of, least, most }
}

export function object(of: Shape): Rule {
  return { is: 'object', shape: of }
}

export function one(of: () => Readonly<Record<string, Shape>>): Rule {
  return { is: 'one', of }
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
