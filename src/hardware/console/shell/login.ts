import { stripAnsi } from '../../../reading/ansi.ts'

/** What the unfinished line at a console asks for. */
export type Look = 'user' | 'password' | 'new password' | 'shell' | 'something' | 'nothing'

const USER = /(?:^|[\s\x07])(?:[\w.-]+ )?(?:login|user ?name|user|account) ?: ?$/i
/** `Last login: ` while the rest of the line is still on its way. */
const NO_USER = /\blast (?:failed )?login/i
const PASSWORD = /\bpass(?:word|phrase|code)\b[^:]{0,60}: ?$/i
const NEW_PASSWORD = /\b(?:new|current|retype)\b[^:]{0,40}\bpassword\b[^:]{0,20}: ?$/i
const SHELL = /[#$%>❯»] ?$/

export function lookAt(tail: string): Look {
  const text = stripAnsi(tail)
  if (text.trim() === '') return 'nothing'
  if (NEW_PASSWORD.test(text)) return 'new password'
  if (PASSWORD.test(text)) return 'password'
  if (USER.test(text) && !NO_USER.test(text)) return 'user'
  return SHELL.test(text) ? 'shell' : 'something'
}

const REFUSED =
  /\b(?:login incorrect|incorrect (?:login|password)|login failed|authentication failure|access denied|permission denied|invalid (?:login|password|user))\b/i

export function isRefusal(line: string): boolean {
  return REFUSED.test(line)
}
