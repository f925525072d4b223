import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import ssh2 from 'ssh2'

/** An SSH server whose shell is in the test's hand: real protocol, and as strict as sshd about terminals. */
export type SshServer = {
  port: number
  /** Of its host keys, in the order of their types. */
  fingerprints: readonly string[]
  hostKeys: readonly Buffer[]
  /** Every password that was tried. */
  passwords(): readonly string[]
  /** Terminals that were asked for: `dumb 24x1000`. */
  terminals(): readonly string[]
  say(bytes: Uint8Array): Promise<void>
  heard(): Buffer
  clients(): number
  /** The shell ends, with a status; the connection is the client's to close. */
  exit(status: number): void
  /** The connection is gone without a word. */
  cut(): void
  close(): Promise<void>
}

export type SshServerOptions = {
  username?: string
  password?: string
  /** A public key that lets in, as a line of authorized_keys. */
  authorized?: string
  /** It takes passwords by keyboard-interactive only, and asks so often. */
  asks?: number
  hostKeyTypes?: readonly ('ed25519' | 'ecdsa')[]
  /** It refuses a terminal. */
  noTerminal?: boolean
  /** Who serves files; it refuses the subsystem without one. */
  sftp?: (session: ssh2.Session) => void
}

export const USER = 'lab'
export const PASSWORD = 'a marked secret'

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const { hostKeyTypes = ['ed25519'] } = options
  const hostKeys = hostKeyTypes.map(makeKey)
  const channels: ssh2.ServerChannel[] = []
  const clients = new Set<ssh2.Connection>()
  const passwords: string[] = []
  const terminals: string[] = []
  const heard: Buffer[] = []

  const server = new ssh2.Server({ hostKeys: hostKeys.map(pair => pair.private) }, client => {
    clients.add(client)
    // Its types do not know it; without it each answer waits for an acknowledgement.
    const setNoDelay: unknown = Reflect.get(client, 'setNoDelay')
    if (typeof setNoDelay === 'function') Reflect.apply(setNoDelay, client, [true])
    client.on('error', () => {})
    client.on('close', () => void clients.delete(client))
    client.on('authentication', admit)
    client.on('session', accept => {
      const session = accept()
      options.sftp?.(session)
      let hasTerminal = false
      session.on('pty', (yes, no, { term, rows, cols }: ssh2.PseudoTtyInfo & { term?: string }) => {
        terminals.push(`${term} ${rows}x${cols}`)
        hasTerminal = options.noTerminal !== true
        if (hasTerminal) yes()
        else no()
      })
      session.on('shell', (yes, no) => {
        if (!hasTerminal) return void no()
        const channel = yes()
        channel.on('data', (bytes: Buffer) => heard.push(bytes))
        channel.on('error', () => {})
        channels.push(channel)
      })
    })
  })

  const admit = (context: ssh2.AuthContext): void => {
    if (context.username !== (options.username ?? USER)) context.reject()
    else if (context.method === 'password' && options.asks === undefined) {
      passwords.push(context.password)
      if (context.password === options.password) context.accept()
      else context.reject(['password', 'publickey'])
    } else if (context.method === 'keyboard-interactive' && options.asks !== undefined) {
      ask(context, options.asks)
    } else if (context.method === 'publickey' && isAuthorized(context.key.data, options.authorized)) {
      context.accept()
    } else context.reject(options.asks === undefined ? ['password', 'publickey'] : ['keyboard-interactive'])
  }

  const ask = (context: ssh2.KeyboardAuthContext, times: number): void => {
    context.prompt([{ prompt: 'Password: ', echo: false }], ([answer = '']) => {
      passwords.push(answer)
      if (times > 1) ask(context, times - 1)
      else if (answer === options.password) context.accept()
      else context.reject(['keyboard-interactive'])
    })
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const parsed = hostKeys.map(pair => {
    const key = ssh2.utils.parseKey(pair.public)
    if (key instanceof Error) throw key
    return [key].flat()[0]?.getPublicSSH() ?? Buffer.alloc(0)
  })
  return {
    port: (server.address() as AddressInfo).port,
    fingerprints: parsed.map(fingerprintOf),
    hostKeys: parsed,
    passwords: () => passwords,
    terminals: () => terminals,
    async say(bytes) {
      for (const channel of channels) await written(channel, bytes)
    },
    heard: () => Buffer.concat(heard),
    clients: () => clients.size,
    exit(status) {
      for (const channel of channels.splice(0)) {
        channel.exit(status)
        channel.end()
      }
    },
    cut() {
      for (const client of clients) client.end()
    },
    async close() {
      for (const client of clients) client.end()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Now and then ssh2 1.17.0 makes one that it cannot read itself. */
function makeKey(type: 'ed25519' | 'ecdsa'): { private: string; public: string } {
  for (;;) {
    const pair =
      type === 'ed25519'
        ? ssh2.utils.generateKeyPairSync(type)
        : ssh2.utils.generateKeyPairSync(type, { bits: 256 })
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

function written(channel: ssh2.ServerChannel, bytes: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  channel.write(Buffer.from(bytes), () => resolve())
  return promise
}

function isAuthorized(key: Buffer, line: string | undefined): boolean {
  return line !== undefined && key.equals(Buffer.from(line.split(' ')[1] ?? '', 'base64'))
}

function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}
