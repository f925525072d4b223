/** Who logs in by SSH and with what. What is wrong with it is the lab's, and said before anything is sent. */
import { readFile } from 'node:fs/promises'
import { type Line, noConsole, reasonOf } from './driver-errors.ts'

export type AccountOptions = {
  username: string
  password?: string | undefined
  /** Path of a private key. */
  key?: string | undefined
  passphrase?: string | undefined
  /** Path of an agent's socket. */
  agent?: string | undefined
}

export type Account = {
  username: string
  password?: string
  privateKey?: Buffer
  passphrase?: string
  agent?: string
  /** In the order in which they are tried. */
  ways: ('publickey' | 'agent' | 'password' | 'keyboard-interactive')[]
}

/** Throws HardwareError (log-in) when the key cannot be used. */
export async function readAccount(line: Line, options: AccountOptions): Promise<Account> {
  const { username, password, key, passphrase, agent } = options
  const privateKey = key === undefined ? undefined : await readKey(line, key, passphrase)
  return {
    username,
    ...(password === undefined ? {} : { password }),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(agent === undefined ? {} : { agent }),
    ways: [
      ...(privateKey === undefined ? [] : (['publickey'] as const)),
      ...(agent === undefined ? [] : (['agent'] as const)),
      // Servers with PAM ask for a password in this other way.
      ...(password === undefined ? [] : (['password', 'keyboard-interactive'] as const)),
    ],
  }
}

async function readKey(line: Line, path: string, passphrase: string | undefined): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw noKey(line, `the key ${path} cannot be read: ${reasonOf(error)}`, CORRECT_KEY)
  })
  const { default: ssh2 } = await import('ssh2')
  const parsed = ssh2.utils.parseKey(bytes, passphrase)
  if (parsed instanceof Error) throw unreadable(line, path, parsed.message)
  if (![parsed].flat().some(key => key.isPrivateKey()))
    throw noKey(line, `${path} holds a public key`, CORRECT_KEY)
  return bytes
}

const CORRECT_KEY = 'Correct key in boards.yaml: it is the path of a private key that the bot may read.'

/** ssh2 says it in words alone. */
function unreadable(line: Line, path: string, words: string): Error {
  if (/no passphrase/.test(words))
    return noKey(line, `the key ${path} is encrypted, and no passphrase is given`, GIVE_PASSPHRASE)
  if (/passphrase/.test(words))
    return noKey(line, `the passphrase of the key ${path} is wrong`, GIVE_PASSPHRASE)
  const hint = `Write it in OpenSSH's own format: ssh-keygen -p -f ${path}`
  return noKey(line, `the key ${path} is in no format that is known here`, hint)
}

const GIVE_PASSPHRASE = 'Give passphrase in boards.yaml, as a reference such as ${NAME}, or use agent.'

function noKey(line: Line, reason: string, hint: string): Error {
  return noConsole(line, { step: 'log-in', reason, hint, cause: 'log-in', blame: 'lab' })
}
