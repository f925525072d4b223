/**
 * A console that is a log-in shell: the board's own sshd, or a console server's SSH port. By ssh2 1.17.0 over a socket
 * of ours: its own has Nagle's algorithm on. It takes any host key when it is given no judge; one is always given. The
 * shell has a terminal of its own (so that interrupts work), which is gone with the connection.
 */
import { z } from 'zod'
import { within } from '../../clock.ts'
import type { ConsoleLink } from '../types.ts'
import { declareDriver, type Opening } from './driver.ts'
import { type Line, noConsole } from './driver-errors.ts'
import { createSftpWay } from './sftp/sftp.ts'
import { carry, Host, networkLine, noAnswer, openSocket, Port, placeOf, rawWire } from './socket.ts'
import { readAccount } from './ssh-account.ts'
import { openSsh } from './ssh-client.ts'
import { SHELL } from './ssh-shell.ts'
import { readTrust } from './ssh-trust.ts'

/** A file on the bot's machine; its content has no place in boards.yaml. */
const Path = z
  .string()
  .regex(/^\/[^\n]+$/, 'this is the whole path of a file, such as /etc/boardroom/id_ed25519')

const schema = z
  .strictObject({
    host: Host,
    port: Port.default(22),
    username: z.string().regex(/^\S+$/),
    password: z.string().optional(),
    key: Path.optional(),
    passphrase: z.string().optional(),
    /** The agent's socket: `${SSH_AUTH_SOCK}`. */
    agent: Path.optional(),
    hostKey: z
      .string()
      .regex(
        /^(?:any|SHA256:[A-Za-z0-9+/]{43}=?)$/,
        'host_key is SHA256:… as ssh-keygen -l prints it, or any',
      )
      .optional(),
    knownHosts: Path.optional(),
    /** Keys are agreed and the log-in is checked within it; a small board takes seconds for that. */
    connectTimeoutMs: z.int().min(1).default(15_000),
  })
  .refine(({ password, key, agent }) => (password ?? key ?? agent) !== undefined, {
    message: 'ssh needs password, key or agent',
  })
  .refine(({ hostKey, knownHosts }) => hostKey === undefined || knownHosts === undefined, {
    message: 'host_key and known_hosts say the same. Keep one of them',
    path: ['knownHosts'],
  })
export type SshOptions = z.infer<typeof schema>

export const ssh = declareDriver({
  id: 'ssh',
  schema,
  // A console server may tell its ports apart by the user, so that is part of the place.
  place: options => `${options.username}@${placeOf(options)}`,
  hasBreak: false,
  open,
  files: createSftpWay,
})

/** RFC 4335 has a request for it, ssh2 1.17.0 has not; and sshd would pass it to a terminal that is no UART. */
const NO_BREAK = {
  none: 'SSH consoles are written to without breaks',
  instead: "Use the board's serial console for it, by driver telnet, rfc2217 or serial.",
}

async function open({ options, where, handlers, clock, signal }: Opening<SshOptions>): Promise<ConsoleLink> {
  const line: Line = {
    ...networkLine(where, options),
    hint: `Check that sshd runs there and that ${options.host} port ${options.port} is right in boards.yaml.`,
  }
  const account = await readAccount(line, options)
  const trust = await readTrust(line, options)
  const socket = await openSocket(line, options, clock, signal)
  const shell = await openSsh(line, socket, account, trust, SHELL).catch((error: unknown) => {
    socket.destroy()
    throw error
  })
  const late = (): Error => noConsole(line, { step: shell.step(), reason: noAnswer(options) })
  try {
    const stream = await within(clock, options.connectTimeoutMs, shell.opened, late, signal)
    const link = carry(line, stream, rawWire(NO_BREAK), handlers, shell.ending)
    return {
      write: link.write,
      sendBreak: link.sendBreak,
      close() {
        link.close()
        shell.close()
      },
    }
  } catch (error) {
    shell.close()
    throw error
  }
}
