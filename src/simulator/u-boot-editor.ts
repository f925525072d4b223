/** One line at U-Boot's prompt, as its line editor takes it (common/cli_readline.c): everything is echoed. */
export type Editor = {
  prompt(text: string): void
  type(byte: number): void
}

export type EditorHandlers = {
  print(text: string): void
  onLine(line: string): void
  onInterrupt(): void
  /** Further characters ring the bell. */
  longest: number
}

const CTRL_C = 0x03
const BACKSPACE = 0x08
const LF = 0x0a
const CR = 0x0d
const CTRL_U = 0x15
const CTRL_X = 0x18
const DELETE = 0x7f
const SPACE = 0x20

export function createEditor({ print, onLine, onInterrupt, longest }: EditorHandlers): Editor {
  let line = ''

  const erase = (): void => {
    const back = '\b'.repeat(line.length)
    print(`${back}${' '.repeat(line.length)}${back}`)
    line = ''
  }
  const end = (): void => {
    const typed = line
    line = ''
    print('\r\n')
    onLine(typed)
  }

  return {
    prompt(text) {
      line = ''
      print(text)
    },
    type(byte) {
      if (byte === CR || byte === LF) end()
      else if (byte === CTRL_C) {
        line = ''
        print('<INTERRUPT>\r\n')
        onInterrupt()
      } else if (byte === CTRL_U || byte === CTRL_X) erase()
      else if (byte === BACKSPACE || byte === DELETE) {
        if (line !== '') print('\b \b')
        line = line.slice(0, -1)
      } else if (byte >= SPACE && line.length >= longest) print('\x07')
      else if (byte >= SPACE) {
        line += String.fromCharCode(byte)
        print(String.fromCharCode(byte))
      }
    },
  }
}
