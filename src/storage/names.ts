import { InputError } from '../errors.ts'

/** A file name of 255 bytes is the most that Linux takes; some are left for our own endings. */
const LONGEST_NAME = 240

/** The name, or InputError: nothing in it may lead out of its folder, hide the file, or break a line of a listing. */
export function checkFileName(name: string): string {
  const wrong = faultOf(name)
  if (wrong === null) return name
  throw new InputError(`${JSON.stringify(name.slice(0, 80))} cannot be a file's name: ${wrong}`, {
    hint: 'Give the file a plain name such as hello or results.xml.',
    field: 'name',
    details: { name: name.slice(0, 1000) },
  })
}

function faultOf(name: string): string | null {
  if (name === '') return 'it is empty'
  if (!name.isWellFormed()) return 'it is no valid Unicode'
  if (/[/\\]/.test(name)) return 'it has a slash in it'
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) return 'it has a control character in it'
  if (name.startsWith('.')) return 'it begins with a dot'
  if (Buffer.byteLength(name) > LONGEST_NAME) return `it is longer than ${LONGEST_NAME} bytes`
  return null
}

/** Owners are ids (`T12`, `B7`): letters, digits, dot, dash, underscore. */
export function checkOwner(owner: string): string {
  if (isOwner(owner)) return owner
  throw new InputError(`${JSON.stringify(owner.slice(0, 80))} cannot own files`, {
    hint: 'Use the id of a test or a build, such as T12.',
    field: 'owner',
  })
}

export function isOwner(owner: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(owner)
}
