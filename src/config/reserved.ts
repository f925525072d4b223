/**
 * Verbs of the commands (design 5). A board or a family of such a name could not be told from one: `lease extend`,
 * `power status`, `boards health`.
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([
  'acknowledge',
  'add',
  'cancel',
  'check',
  'check-lab',
  'compare',
  'console',
  'cycle',
  'extend',
  'fetch',
  'flash',
  'follow',
  'health',
  'help',
  'history',
  'list',
  'log',
  'maintain',
  'move',
  'off',
  'on',
  'register',
  'release',
  'reload',
  'remove',
  'rerun',
  'resolve',
  'send',
  'show',
  'status',
])

/**
 * What every object of the language has, in lower case. Boards and families are kept by their names, and none of
 * these could be told from one that is not there.
 */
export const BUILT_IN_WORDS: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(Object.prototype).map(word => word.toLowerCase()),
)
