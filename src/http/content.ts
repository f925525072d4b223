/** How a stored file may be shown. It can hold whatever a program printed, so nothing of it may ever run. */

/** For files whose type nobody gave. */
const BY_ENDING: Readonly<Record<string, string>> = {
  log: 'text/plain',
  txt: 'text/plain',
  tap: 'text/plain',
  csv: 'text/csv',
  json: 'application/json',
  xml: 'application/xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  gz: 'application/gzip',
  zip: 'application/zip',
}

/** What a browser shows in place; everything else is saved. */
const SHOWN = new Set(['text/plain', 'text/csv', 'application/json', 'image/png', 'image/jpeg'])

export type Content = { type: string; disposition: 'inline' | 'attachment' }

export function contentOf(name: string, stored: string): Content {
  const type = mediaType(name, stored)
  const disposition = SHOWN.has(type) ? 'inline' : 'attachment'
  return { type: type.startsWith('text/') ? `${type}; charset=utf-8` : type, disposition }
}

const UNKNOWN = 'application/octet-stream'

function mediaType(name: string, stored: string): string {
  const given = (stored.split(';')[0] ?? '').trim().toLowerCase()
  if (given !== UNKNOWN && /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/.test(given)) return given
  const ending = /\.([a-z0-9]+)$/.exec(name.toLowerCase())?.[1] ?? ''
  return Object.hasOwn(BY_ENDING, ending) ? (BY_ENDING[ending] ?? UNKNOWN) : UNKNOWN
}
