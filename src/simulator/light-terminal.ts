import type { Terminal, TerminalHandlers } from './terminal.ts'

const PROMPT = '# '
const CR = 13
const LF = 10

/** Echoes what is typed and prompts after each line: enough to be connected to, with nothing behind it. */
export function startLightTerminal(handlers: TerminalHandlers): Terminal {
  let started = false
  let killed = false
  const print = (text: string): void => {
    if (!killed) handlers.onBytes(Buffer.from(text, 'latin1'))
  }
  return {
    write(bytes) {
      let text = ''
      for (const byte of bytes)
        text += byte === CR || byte === LF ? `\r\n${PROMPT}` : String.fromCharCode(byte)
      print(text)
    },
    backlog: () => 0,
    pause: () => {},
    resume() {
      if (started) return
      started = true
      print(PROMPT)
    },
    kill() {
      killed = true
    },
    gone: Promise.resolve(),
  }
}
