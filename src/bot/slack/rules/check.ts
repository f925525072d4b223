/** A value against a rule: everything that is wrong, each with its place. */

import { assertNever } from '../../../errors.ts'
import { below, type Issue, issue } from './issue.ts'
import { lengthOf } from './length.ts'
import { isJson, type Json, type Rule, type Shape } from './shape.ts'

export function check(value: unknown, rule: Rule, pointer: string): readonly Issue[] {
  switch (rule.is) {
    case 'string':
      return typeof value === 'string' ? checkString(value, rule, pointer) : wrongType(pointer, 'a string')
    case 'number':
      return typeof value === 'number' ? checkNumber(value, rule, pointer) : wrongType(pointer, 'a number')
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrongType(pointer, 'true or false')
    case 'list':
      return Array.isArray(value) ? checkList(value, rule, pointer) : wrongType(pointer, 'a list')
    case 'object':
      return isJson(value) ? checkShape(value, rule.shape, pointer) : wrongType(pointer, 'an object')
    case 'one':
      return isJson(value) ? checkOne(value, rule.of(), pointer) : wrongType(pointer, 'an object')
    case 'anything':
      return []
    default:
      return assertNever(rule)
  }
}

function wrongType(pointer: string, wanted: string): readonly Issue[] {
  return [issue(pointer, 'wrong_type', `must be ${wanted}`)]
}

type Of<Is extends Rule['is']> = Extract<Rule, { is: Is }>

function checkString(value: string, rule: Of<'string'>, pointer: string): readonly Issue[] {
  const { oneOf, pattern, least, most } = rule
  if (oneOf !== undefined && !oneOf.includes(value))
    return [issue(pointer, 'wrong_value', `must be one of ${oneOf.join(', ')}`)]
  const length = rule.counts === 'escaped' ? lengthOf(value) : value.length
  if (length > most)
    return [issue(pointer, 'too_long', `must be less than ${most + 1} characters: ${length}`)]
  if (length < least) return [issue(pointer, 'too_short', `must be more than ${least - 1} characters`)]
  // Half a surrogate pair cannot be written in UTF-8, so the request would not be what was checked.
  if (!value.isWellFormed()) return [issue(pointer, 'wrong_value', 'must be well-formed Unicode')]
  if (pattern !== undefined && !pattern.test(value))
    return [issue(pointer, 'wrong_value', `must look like ${pattern.source}`)]
  return []
}

function checkNumber(value: number, rule: Of<'number'>, pointer: string): readonly Issue[] {
  if (!Number.isFinite(value) || (rule.whole && !Number.isInteger(value)))
    return [issue(pointer, 'wrong_value', rule.whole ? 'must be a whole number' : 'must be a number')]
  return value < rule.least || value > rule.most
    ? [issue(pointer, 'wrong_value', `must be from ${rule.least} to ${rule.most}`)]
    : []
}

function checkList(value: readonly unknown[], rule: Of<'list'>, pointer: string): readonly Issue[] {
  const found = value.flatMap((each, index) => check(each, rule.of, below(pointer, index)))
  if (value.length > rule.most)
    found.unshift(issue(pointer, 'too_many', `no more than ${rule.most} items allowed: ${value.length}`))
  if (value.length < rule.least)
    found.unshift(issue(pointer, 'too_few', `no less than ${rule.least} items allowed: ${value.length}`))
  return found
}

function checkOne(value: Json, shapes: Readonly<Record<string, Shape>>, pointer: string): readonly Issue[] {
  const type = value['type']
  if (type === undefined) return [issue(pointer, 'missing_field', 'missing required field: type')]
  if (typeof type !== 'string') return wrongType(below(pointer, 'type'), 'a string')
  const found = Object.hasOwn(shapes, type) ? shapes[type] : undefined
  if (found === undefined) return [issue(below(pointer, 'type'), 'unknown_type', `not allowed here: ${type}`)]
  const { type: _, ...rest } = value
  return checkShape(rest, found, pointer)
}

function checkShape(value: Json, { need, may, also }: Shape, pointer: string): readonly Issue[] {
  const missing = Object.keys(need)
    .filter(name => value[name] === undefined)
    .map(name => issue(pointer, 'missing_field', `missing required field: ${name}`))
  const wrong = Object.entries(value).flatMap(([name, each]) => {
    const rule = Object.hasOwn(need, name) ? need[name] : Object.hasOwn(may, name) ? may[name] : undefined
    if (each === undefined) return []
    if (rule === undefined) return [issue(below(pointer, name), 'unknown_field', `no such field: ${name}`)]
    return check(each, rule, below(pointer, name))
  })
  return [...missing, ...wrong, ...(also?.(value, pointer) ?? [])]
}
