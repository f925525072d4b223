/** As many boards as connect, each printing as fast as 115200 baud carries. Says its port; its input's end ends it. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export type PacersSaid = { port: number }
export const BYTES_PER_SECOND = 11_520

/** A console server passes on what a UART has every few milliseconds. */
const TICK_MS = 10
const TEXT = Buffer.from(
  Array.from({ length: 2000 }, (_, n) =>
    n % 5 === 0
      ? `[${(n / 7).toFixed(6).padStart(12)}] usb 1-1: new high-speed USB device number ${n % 128} using xhci_hcd\r\n`
      : `case ${n}: the value that was read is the value that was written ... ok\r\n`,
  ).join(''),
)

const sockets = new Map<Socket, { from: number; sent: number }>()
const server = createServer({ noDelay: true }, socket => {
  // Not all in the same millisecond.
  sockets.set(socket, { from: performance.now() + Math.random() * TICK_MS, sent: 0 })
  socket.on('error', () => {})
  socket.on('data', () => {})
  socket.once('close', () => sockets.delete(socket))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.stdout.write(
  `${JSON.stringify({ port: (server.address() as AddressInfo).port } satisfies PacersSaid)}\n`,
)

const ticker = setInterval(() => {
  const now = performance.now()
  for (const [socket, state] of sockets) {
    const due = Math.floor(((now - state.from) / 1000) * BYTES_PER_SECOND) - state.sent
    if (due <= 0) continue
    const at = state.sent % (TEXT.length / 2)
    const size = Math.min(due, TEXT.length / 2)
    socket.write(TEXT.subarray(at, at + size))
    state.sent += due
  }
}, TICK_MS)

process.stdin.once('close', () => {
  clearInterval(ticker)
  for (const socket of sockets.keys()) socket.destroy()
  server.close()
})
process.stdin.resume()
