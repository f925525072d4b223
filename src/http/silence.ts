import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Nothing went either way for as long as the server bears it. Whoever waits for an answer, or for the next line of one,
 * is left alone: a file that is fetched for them may take minutes. A sender that stopped, and a reader that stands
 * still, are cut.
 */
export function bearSilence(request: IncomingMessage, response: ServerResponse): void {
  response.on('timeout', (socket: Socket) => {
    if (!request.complete || response.writableLength > 0) socket.destroy()
    else socket.setTimeout(socket.timeout ?? 0)
  })
}
