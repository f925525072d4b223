/** A value as a program sends it, to what a person would have typed in its place. Checking it is the schema's work. */

import type { Argument } from '../../commands/argument.ts'

/** `text`: from a query or a form, once for each time that it was given; else a value of JSON. */
export type Sent = { text: readonly string[] } | { json: unknown }

export type Value = { value: unknown } | { fault: string }

export function readValue(argument: Argument, sent: Sent): Value {
  return 'text' in sent ? fromText(argument, sent.text) : fromJson(argument, sent.json)
}

const YES = ['', '1', 'true', 'yes', 'on']
const NO = ['0', 'false', 'no', 'off']

function fromText({ shape, meta }: Argument, texts: readonly string[]): Value {
  if (shape === 'list') return { value: texts }
  if (shape === 'pairs') return pairsOf(texts)
  const [text = '', ...others] = texts
  if (others.some(other => other !== text)) return { fault: `is given twice: ${quoted(texts)}` }
  if (shape === 'switch') return switchOf(text)
  if (shape === 'number' && /^-?\d{1,15}(\.\d{1,9})?$/.test(text)) return { value: Number(text) }
  return { value: meta.duration === true ? durationText(text) : text }
}

function switchOf(text: string): Value {
  const word = text.toLowerCase()
  if (YES.includes(word)) return { value: true }
  return NO.includes(word) ? { value: false } : { fault: `is on or off: "${text}" is neither 1 nor 0` }
}

function pairsOf(texts: readonly string[]): Value {
  const bad = texts.find(text => text.indexOf('=') < 1)
  if (bad !== undefined) return { fault: `"${bad}" is no NAME=VALUE` }
  return pairs(
    texts.map((text): [string, string] => {
      const cut = text.indexOf('=')
      return [text.slice(0, cut), text.slice(cut + 1)]
    }),
  )
}

/** One name with two values is a mistake, wherever they came from. */
export function pairs(entries: readonly (readonly [string, string])[]): Value {
  const all = new Map<string, string>()
  for (const [name, value] of entries) {
    const known = all.get(name)
    if (known !== undefined && known !== value)
      return { fault: `gives ${name} twice: ${quoted([known, value])}` }
    all.set(name, value)
  }
  return { value: Object.fromEntries(all) }
}

function fromJson({ shape, meta }: Argument, json: unknown): Value {
  switch (shape) {
    case 'switch':
      return typeof json === 'boolean' ? { value: json } : wrong(json, 'true or false')
    case 'number':
      return typeof json === 'number' ? { value: json } : wrong(json, 'a number')
    case 'list':
      return isTexts(json) ? { value: json } : wrong(json, 'a list of texts')
    case 'pairs':
      return isPairs(json) ? { value: json } : wrong(json, 'an object of texts by name')
    case 'choice':
    case 'text':
      if (typeof json === 'string') return { value: meta.duration === true ? durationText(json) : json }
      if (meta.duration !== true) return wrong(json, 'a text')
      return typeof json === 'number'
        ? { value: `${json}s` }
        : wrong(json, 'a number of seconds, or a text such as "30m"')
    default:
      return shape satisfies never
  }
}

/** A bare number is seconds here: machines say it so (I3), and people write a unit. */
function durationText(text: string): string {
  return /^\d+$/.test(text) ? `${text}s` : text
}

function wrong(json: unknown, wanted: string): Value {
  return { fault: `has to be ${wanted}, and is ${kindOf(json)}` }
}

function kindOf(json: unknown): string {
  if (json === null) return 'null'
  if (Array.isArray(json))
    return json.every(each => typeof each === 'string') ? 'a list' : 'a list of other things'
  if (typeof json === 'object') return 'an object'
  return typeof json === 'string' ? 'a text' : typeof json === 'number' ? 'a number' : String(json)
}

function isTexts(json: unknown): json is readonly string[] {
  return Array.isArray(json) && json.every(each => typeof each === 'string')
}

function isPairs(json: unknown): json is Readonly<Record<string, string>> {
  return (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    Object.values(json).every(each => typeof each === 'string')
  )
}

function quoted(texts: readonly string[]): string {
  return [...new Set(texts)].map(text => JSON.stringify(text)).join(' and ')
}
