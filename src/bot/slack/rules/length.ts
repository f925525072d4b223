/**
 * How long Slack takes a text to be: & < > are stored as entities and count as such (docs.slack.dev, formatting
 * message text). Nothing says whether code points or UTF-16 units are counted; there are never fewer of the latter.
 */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

const AMPERSAND = 0x26
const LESS = 0x3c
const MORE = 0x3e

/** For the places that read mrkdwn: nothing in it can be a mention, a link or an entity. */
export function escaped(text: string): string {
  return text.replace(/[&<>]/g, found => ENTITIES[found] ?? found)
}

/** Nearly no text has one, and to look for it is much faster than to count. */
const ENTITY = /[&<>]/

export function lengthOf(text: string): number {
  if (!ENTITY.test(text)) return text.length
  let length = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === AMPERSAND) length += 4
    else if (unit === LESS || unit === MORE) length += 3
  }
  return length
}
