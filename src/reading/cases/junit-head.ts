/** What may stand before a document's element: a byte order mark, declarations, comments. */
const BEFORE = /^\ufeff?(?:\s|<\?[^>]*>|<!--[\s\S]*?-->)*/
const ROOT = /^<testsuites?[\s>/]/

/** So much of a file shows whether it is one. */
export const JUNIT_HEAD = 4096

/** Whether a file that begins like this is JUnit XML; other XML is none. */
export function looksLikeJunit(head: Uint8Array): boolean {
  const text = Buffer.from(head).toString('utf8')
  return ROOT.test(text.slice(BEFORE.exec(text)?.[0].length ?? 0))
}
