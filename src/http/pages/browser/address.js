/**
 * A relative address as seen from this page. Browsers refuse to fetch what has a name and a key in it, and those of a page
 * that was opened as `http://x:KEY@lab/` would be in every relative one.
 * @param {string} path
 */
export function addressOf(path) {
  return new URL(path, location.origin + location.pathname).href
}
