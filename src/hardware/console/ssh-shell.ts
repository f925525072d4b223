/** A shell with a terminal by SSH. */
import type { Client, ClientChannel } from 'ssh2'
import type { SshAnswer, SshRequest } from './ssh-client.ts'

/** Nothing that we type is wrapped by it, and it has no cursor to move. */
const TERMINAL = { term: 'dumb', rows: 24, cols: 1000 }

export const SHELL: SshRequest<ClientChannel> = { step: 'terminal', ask: askForShell }

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
