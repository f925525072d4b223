/** A shell with a terminal by SSH, over a socket that is connected. */
import type { Socket } from 'node:net'
import type { Client, ClientChannel } from 'ssh2'
import type { Line } from './driver-errors.ts'
import type { Account } from './ssh-account.ts'
import { openSsh, type SshAnswer, type SshOpening } from './ssh-client.ts'
import type { Trust } from './ssh-trust.ts'

/** Nothing that we type is wrapped by it, and it has no cursor to move. */
const TERMINAL = { term: 'dumb', rows: 24, cols: 1000 }

export function openShell(
  line: Line,
  socket: Socket,
  account: Account,
  trust: Trust,
): Promise<SshOpening<ClientChannel>> {
  return openSsh(line, socket, account, trust, { step: 'terminal', ask: askForShell })
}

function askForShell(client: Client, answer: SshAnswer<ClientChannel>): void {
  client.shell(TERMINAL, (error, stream) => {
    if (error) return answer.refused('the server gives no shell with a terminal')
    watch(stream, client, answer)
    answer.given(stream)
  })
}

/** When the shell ends, so does the connection. Its standard error has nothing, and is read all the same. */
function watch(stream: ClientChannel, client: Client, { ending }: SshAnswer<ClientChannel>): void {
  stream.stderr.resume()
  stream.on('exit', (status: number | null, signal?: string) => {
    ending(status === null ? `the shell ended by ${signal}` : `the shell ended with status ${status}`)
  })
  stream.on('close', () => client.destroy())
}
