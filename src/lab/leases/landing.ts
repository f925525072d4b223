import { posix } from 'node:path'
import { InputError } from '../../errors.ts'

/** On the board; what is fetched by a name alone is looked for there too. */
export const FOLDER = '/tmp/boardroom'
const LONGEST_PATH = 1000

/** Where a file lands: in a folder of ours, in one that is named, or under the name that is given. */
export function pathFor(name: string, to: string | null): string {
  if (to === null) return `${FOLDER}/${name}`
  const fault = !to.startsWith('/')
    ? 'it does not begin with a slash'
    : /[\u0000-\u001f\u007f]/.test(to) || !to.isWellFormed()
      ? 'it has a control character in it'
      : to.length > LONGEST_PATH
        ? 'it is too long'
        : null
  if (fault !== null)
    throw new InputError(`${JSON.stringify(to.slice(0, 80))} is no path on a board: ${fault}.`, {
      field: 'to',
      hint: 'Name a file such as /root/hello, or a folder with a slash at its end: /root/',
    })
  return posix.normalize(to.endsWith('/') ? `${to}${name}` : to)
}
