import type { Socket } from 'node:net'
import { BREAK, createDecoder, escapeBytes, GREETING } from '../../../src/simulator/telnet.ts'
import { createComPortServer } from './com-port-server.ts'
import { openSerialDevice, timesOpen } from './serial-device.ts'
import { PASSWORD, startSshServer, USER } from './ssh-server.ts'
import { closedPort, createPeers } from './telnet-peers.ts'

/** What is on the other side of a console driver: it says and hears the line's own bytes, however they travel. */
export type DriverPeer = {
  options: Record<string, unknown>
  /** It takes more than it can pass on. */
  keeps?: true
  /** Resolves when the system has taken it on its way to us. */
  say(bytes: Uint8Array): Promise<void>
  heard(): Buffer
  /** Bytes heard before each break; null where the line has none. */
  breaks: (() => readonly number[]) | null
  /** How many have it open. */
  clients(): number
  /** It goes away, as its kind does. */
  leave(): Promise<void>
  close(): Promise<void>
}

export type DriverPeers = {
  start(): Promise<DriverPeer>
  /** Options that lead to where nobody is. */
  nobody(): Promise<Record<string, unknown>>
}

type Side = {
  serve(socket: Socket): void
  onWire(bytes: Uint8Array): Uint8Array
  heard(): Buffer
  breaks: DriverPeer['breaks']
}

async function onNetwork({ serve, onWire, heard, breaks }: Side): Promise<DriverPeer> {
  const peers = createPeers()
  const peer = await peers.start(serve)
  const open = (): readonly Socket[] => peer.clients.filter(client => !client.destroyed)
  return {
    options: { host: '127.0.0.1', port: peer.port },
    async say(bytes) {
      for (const socket of open()) await written(socket, onWire(bytes))
    },
    heard,
    breaks,
    clients: () => open().length,
    async leave() {
      for (const socket of open()) socket.end()
    },
    close: peers.close,
  }
}

function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.write(bytes, () => resolve())
  return promise
}

function telnetSide(): Side {
  const decode = createDecoder()
  const heard: Uint8Array[] = []
  const breaks: number[] = []
  return {
    serve(socket) {
      socket.write(GREETING)
      socket.on('data', chunk => {
        for (const item of decode(chunk)) {
          if (item.kind === 'bytes') heard.push(item.bytes)
          else if (item.kind === 'command' && item.code === BREAK) breaks.push(Buffer.concat(heard).length)
        }
      })
    },
    onWire: escapeBytes,
    heard: () => Buffer.concat(heard),
    breaks: () => breaks,
  }
}

function rawSide(): Side {
  const heard: Buffer[] = []
  return {
    serve: socket => void socket.on('data', chunk => heard.push(chunk)),
    onWire: bytes => bytes,
    heard: () => Buffer.concat(heard),
    breaks: null,
  }
}

async function startSerial(): Promise<DriverPeer> {
  const device = await openSerialDevice()
  const heard: Buffer[] = []
  device.hear(bytes => heard.push(bytes))
  return {
    options: { path: device.path },
    // util-linux's `script` queues what the device does not take at once.
    keeps: true,
    say: device.say,
    heard: () => Buffer.concat(heard),
    breaks: null,
    clients: () => Math.min(1, timesOpen(device.path)),
    leave: device.unplug,
    close: device.unplug,
  }
}

const account = { username: USER, password: PASSWORD, hostKey: 'any' }

async function startSsh(): Promise<DriverPeer> {
  const server = await startSshServer({ password: PASSWORD })
  return {
    options: { host: '127.0.0.1', port: server.port, ...account },
    say: server.say,
    heard: server.heard,
    breaks: null,
    clients: server.clients,
    leave: async () => server.exit(0),
    close: server.close,
  }
}

const nobodyOnNetwork = async () => ({ host: '127.0.0.1', port: await closedPort() })

/** By the driver's id; a test sees to it that none is missing. */
export const driverPeers: Readonly<Record<string, DriverPeers>> = {
  rfc2217: {
    start: () => onNetwork({ ...createComPortServer(), onWire: escapeBytes }),
    nobody: nobodyOnNetwork,
  },
  serial: { start: startSerial, nobody: async () => ({ path: '/dev/pts/no-such-device' }) },
  ssh: { start: startSsh, nobody: async () => ({ ...(await nobodyOnNetwork()), ...account }) },
  tcp: { start: () => onNetwork(rawSide()), nobody: nobodyOnNetwork },
  telnet: { start: () => onNetwork(telnetSide()), nobody: nobodyOnNetwork },
}
