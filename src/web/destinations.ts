/**
 * Which addresses of other servers may be called. Pure. Addresses are compared as the URL standard reads them
 * (url.spec.whatwg.org, as Node does), never as text: `http://good@evil/` is on evil.
 */

import { InputError } from '../errors.ts'
import type { Purpose } from './types.ts'

const SETTING: Readonly<Record<Purpose, string>> = {
  binary: 'settings.http.binaries',
  callback: 'settings.http.callbacks',
}

const LONGEST = 2_000
const MOST_SHOWN = 5

/**
 * The address, read. `allowed` are beginnings of addresses; scheme, host and port of one must be the same, and its path
 * must be the address's own or that of a folder above it. Throws InputError with what may be used.
 */
export function checkDestination(text: string, purpose: Purpose, allowed: readonly string[]): URL {
  const read = readAddress(text)
  if ('fault' in read) throw refused(read.fault, purpose, allowed)
  if (allowed.some(beginning => isBelow(read.url, beginning))) return read.url
  throw refused(`${shownUrl(read.url)} is not among the addresses that may be used`, purpose, allowed)
}

/**
 * Where an answer sends us on to, checked like the first address. Throws InputError. What came encrypted is never asked
 * for in the clear after all.
 */
export function checkRedirect(
  from: URL,
  location: string,
  purpose: Purpose,
  allowed: readonly string[],
): URL {
  const target = URL.parse(location, from.href)
  const leads = `${shownUrl(from)} sends on to`
  if (target === null) throw refused(`${leads} something that is no address`, purpose, allowed)
  if (from.protocol === 'https:' && target.protocol !== 'https:')
    throw refused(`${leads} ${shownUrl(target)}, which is not encrypted any more`, purpose, allowed)
  // What stands behind # is for browsers; it is never sent.
  target.hash = ''
  return checkDestination(target.href, purpose, allowed)
}

/** Without what may be secret in it: a query often holds a token. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`
}

function readAddress(text: string): { url: URL } | { fault: string } {
  const shown = JSON.stringify(
    text
      .replace(/\/\/.*@/s, '//…@')
      .replace(/\?.*/s, '?…')
      .slice(0, 80),
  )
  const wrong = (why: string): { fault: string } => ({ fault: `${shown} cannot be used: ${why}` })
  if (text.length > LONGEST) return wrong(`it is longer than ${LONGEST} characters`)
  // A reader of URLs drops tabs and line ends and takes a backslash for a slash: what others see in it may differ.
  if (/[\s\\\p{Cc}]/u.test(text)) return wrong('there is a space, a backslash or a control character in it')
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1]
  if (authority === undefined) return wrong('it does not begin with http:// or https:// and a host')
  if (authority.includes('@')) return wrong('it has a user name or a password in it')
  if (text.includes('#')) return wrong('it has a # in it')
  const url = URL.parse(text)
  if (url === null) return wrong('its host or port is none')
  const fault = faultOfPath(url.pathname)
  return fault === null ? { url } : wrong(fault)
}

/** Most servers decode a path once, some again: nothing in it may lead to another folder however often that is. */
function faultOfPath(path: string): string | null {
  for (const segment of path.split('/')) {
    for (let text = segment; ; ) {
      // Some servers take what follows a semicolon for a parameter: `..;x` is `..` to them.
      const name = text.split(';', 1)[0] ?? ''
      if (/^\.{1,2}$/.test(name) || /[/\\\p{Cc}]/u.test(text)) return 'its path may lead to another folder'
      const decoded = decodeOnce(text)
      if (decoded === null && text === segment) return 'its path is not properly encoded'
      if (decoded === null || decoded === text) break
      text = decoded
    }
  }
  return null
}

function decodeOnce(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function isBelow(url: URL, beginning: string): boolean {
  const read = readAddress(beginning)
  if ('fault' in read || read.url.origin !== url.origin) return false
  // One with a query of its own is no folder: it is that address and no other.
  if (read.url.search !== '') return read.url.href === url.href
  const folder = read.url.pathname
  return url.pathname === folder || url.pathname.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

function refused(what: string, purpose: Purpose, allowed: readonly string[]): InputError {
  const shown = allowed.slice(0, MOST_SHOWN).map(beginning => {
    const url = URL.parse(beginning)
    return url === null ? beginning : shownUrl(url)
  })
  const more = allowed.length > shown.length ? ', …' : ''
  const hint =
    shown.length === 0
      ? `No addresses may be used yet; an admin lists their beginnings in ${SETTING[purpose]}.`
      : `Use one that begins with ${shown.join(' or ')}${more}; an admin lists more in ${SETTING[purpose]}.`
  return new InputError(`${what}.`, { code: 'address', hint, details: { purpose } })
}
