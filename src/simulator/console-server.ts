import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { BREAK, createDecoder, createNegotiator, escapeBytes, GREETING, type TelnetItem } from './telnet.ts'

/** A board's serial port on a telnet port, for one client at a time. */
export type ConsoleServer = {
  readonly port: number
  hasClient(): boolean
  /** To the client; lost when there is none, as with a serial port that nobody listens to. */
  send(bytes: Uint8Array): void
  /** Bytes that the client did not take yet. */
  backlog(): number
  pauseInput(): void
  resumeInput(): void
  /** Closes the client's connection once it has what was sent. */
  hangUp(): void
  /** Whether anybody listens on the port at all. */
  setListening(listening: boolean): void
  close(): Promise<void>
}

export type ConsoleServerOptions = {
  host: string
  port: number
  secondClient: 'wait' | 'refuse'
  onInput: (bytes: Uint8Array) => void
  onBreak: () => void
  onConnect: (client: number) => void
  onDisconnect: (client: number, by: 'client' | 'board') => void
  /** The client took what was waiting. */
  onDrain: () => void
}

export async function createConsoleServer(options: ConsoleServerOptions): Promise<ConsoleServer> {
  const clients = createClients(options)
  let server = await listen(options.host, options.port, clients.add)
  const { port } = server.address() as AddressInfo
  let listening = Promise.resolve()

  const setListening = async (wanted: boolean): Promise<void> => {
    if (wanted === server.listening) return
    if (wanted) server = await listen(options.host, port, clients.add)
    else server.close()
  }

  return {
    ...clients,
    port,
    setListening(wanted) {
      // A port that somebody else took meanwhile stays refused.
      listening = listening.then(() => setListening(wanted)).catch(() => {})
    },
    async close() {
      await listening
      const closed = server.listening ? once(server, 'close') : null
      server.close()
      await clients.endAll()
      await closed
    },
  }
}

async function listen(host: string, port: number, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true, pauseOnConnect: true }, onSocket)
  server.listen(port, host)
  await once(server, 'listening')
  return server
}

type Clients = Omit<ConsoleServer, 'port' | 'setListening' | 'close'> & {
  add: (socket: Socket) => void
  endAll(): Promise<void>
}

/** The one who is heard, and those who wait in line. */
function createClients(options: ConsoleServerOptions): Clients {
  const waiting = new Set<Socket>()
  let current: Socket | null = null
  let number = 0
  let paused = false
  let endedByBoard = false

  const serve = (socket: Socket): void => {
    current = socket
    endedByBoard = false
    const client = ++number
    const decode = createDecoder()
    const negotiate = createNegotiator()
    const obey = (item: TelnetItem): void => {
      if (item.kind === 'bytes') options.onInput(item.bytes)
      else if (item.kind === 'command' && item.code === BREAK) options.onBreak()
      else if (item.kind === 'option') {
        const answer = negotiate(item.verb, item.option)
        if (answer !== null) socket.write(answer)
      }
    }
    socket.write(GREETING)
    socket.on('data', chunk => {
      for (const item of decode(chunk)) obey(item)
    })
    socket.on('drain', options.onDrain)
    socket.once('close', () => {
      current = null
      options.onDisconnect(client, endedByBoard ? 'board' : 'client')
      next()
    })
    if (!paused) socket.resume()
    options.onConnect(client)
  }

  const next = (): void => {
    const [first] = waiting
    if (first === undefined) return
    waiting.delete(first)
    serve(first)
  }

  const end = (how: 'destroy' | 'destroySoon'): void => {
    endedByBoard = true
    current?.[how]()
  }

  return {
    add(socket) {
      socket.on('error', () => {})
      if (current === null) return serve(socket)
      if (options.secondClient === 'refuse') {
        // ser2net 4.3's words (feasibility.md section 6).
        socket.end('Port already in use\r\n')
        socket.resume()
        return
      }
      // It hears nothing, not even the greeting, until its turn: so does QEMU.
      waiting.add(socket)
      socket.once('close', () => waiting.delete(socket))
    },
    hasClient: () => current !== null,
    send(bytes) {
      if (bytes.length > 0) current?.write(escapeBytes(bytes))
    },
    backlog: () => current?.writableLength ?? 0,
    pauseInput() {
      paused = true
      current?.pause()
    },
    resumeInput() {
      paused = false
      current?.resume()
    },
    hangUp: () => end('destroySoon'),
    async endAll() {
      for (const socket of waiting) socket.destroy()
      waiting.clear()
      const { promise: closed, resolve } = Promise.withResolvers<void>()
      if (current === null) resolve()
      current?.once('close', () => resolve())
      end('destroy')
      await closed
    },
  }
}
