/** The command line inside a console: a few keys, no history. Pure; who shows the echo is not its business. */
export type Prompt = {
  readonly text: string
  feed(byte: number): Step
}

export type Step =
  | { kind: 'more'; echo: string }
  | { kind: 'line'; line: string }
  | { kind: 'left' }
  /** Ctrl-] twice: the board is to get one. */
  | { kind: 'literal' }

export const OPENS = 0x1d
const [CTRL_C, BACKSPACE, LF, CR, CTRL_U, ESCAPE, DELETE] = [3, 8, 10, 13, 21, 27, 127] as const
const LONGEST = 80

export function createPrompt(): Prompt {
  let text = ''
  const more = (echo: string): Step => ({ kind: 'more', echo })
  const rub = (): Step => {
    if (text === '') return more('')
    text = text.slice(0, -1)
    return more('\b \b')
  }

  return {
    get text() {
      return text
    },
    feed(byte) {
      if (byte === CR || byte === LF)
        return text.trim() === '' ? { kind: 'left' } : { kind: 'line', line: text }
      if (byte === OPENS) return text === '' ? { kind: 'literal' } : { kind: 'left' }
      if (byte === CTRL_C || byte === ESCAPE) return { kind: 'left' }
      if (byte === BACKSPACE || byte === DELETE) return rub()
      if (byte === CTRL_U) {
        const echo = '\b \b'.repeat(text.length)
        text = ''
        return more(echo)
      }
      if (byte < 0x20 || text.length >= LONGEST) return more('')
      // A name outside ASCII comes as several bytes; each is kept as it is and put together at the end.
      const letter = String.fromCharCode(byte)
      text += letter
      return more(letter)
    },
  }
}

/** A line as people wrote it: what was fed byte by byte is UTF-8. */
export function textOfLine(line: string): string {
  return Buffer.from(line, 'latin1').toString('utf8').trim().replace(/\s+/g, ' ')
}
