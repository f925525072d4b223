/**
 * The floor under everything that talks to a console: a bare socket on the same board. `node socket.ts PORT` says how
 * long a prompt takes to answer a newline; `node socket.ts PORT COMMAND` what CPU it takes to read what it prints.
 */
import { once } from 'node:events'
import { connect } from 'node:net'

export type SocketSaid = { each: readonly number[]; cpuMs: number; bytes: number }

const ROUNDS = 100
const POKE_MS = 200
const TAIL = 64

const [port = '0', command] = process.argv.slice(2)
const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
await once(socket, 'connect')
let bytes = 0
let tail = ''
let heard: () => void = () => {}
socket.on('data', chunk => {
  bytes += chunk.length
  tail = (tail + chunk.subarray(-TAIL).toString('latin1')).slice(-TAIL)
  heard()
})

/** Types, and resolves when what came last is as asked for. */
function until(typed: string, isOver: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  tail = ''
  heard = () => {
    if (isOver()) resolve()
  }
  socket.write(typed)
  return promise
}

/** The words are printed in one piece only by the board: what is typed and echoed has a quote in it. */
function said(word: string): Promise<void> {
  return until(`echo ${word.slice(0, 1)}'${word.slice(1)}'\r`, () => tail.includes(word))
}

function isPrompt(): boolean {
  return tail.endsWith('# ')
}

/** A board that still boots hears nothing. */
const poke = setInterval(() => socket.write('\r'), POKE_MS)
await until('\r', isPrompt)
clearInterval(poke)
await said('in-step')
await until('\r', isPrompt)

const each: number[] = []
let cpuMs = 0
if (command === undefined) {
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now()
    await until('\r', isPrompt)
    each.push(performance.now() - from)
  }
} else {
  bytes = 0
  const before = process.cpuUsage()
  await until(`${command}; echo t'he-end'\r`, () => tail.includes('the-end'))
  const { user, system } = process.cpuUsage(before)
  cpuMs = (user + system) / 1000
}
socket.destroy()
process.stdout.write(`${JSON.stringify({ each, cpuMs, bytes } satisfies SocketSaid)}\n`)
