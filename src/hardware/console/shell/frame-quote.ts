/**
 * Text for a POSIX shell, typed at a terminal: only printable ASCII and newlines, because a terminal takes control
 * characters for itself; and no line near the canonical limit of 4,096 bytes, or busybox's editing limit of 1,024.
 */
const LONGEST_LINE = 800
const PRINTABLE = /^[\x20-\x7e\n]*$/

export function isTypeable(text: string): boolean {
  return PRINTABLE.test(text)
}

/** `'text'` for the shell, broken by `'\⏎'` where a line grows long: the shell joins it again. */
export function quote(text: string): string {
  const parts: string[] = ["'"]
  let width = 0
  for (const char of text) {
    if (width >= LONGEST_LINE && char !== '\n') {
      parts.push("'\\\n'")
      width = 0
    }
    parts.push(char === "'" ? "'\\''" : char)
    width = char === '\n' ? 0 : width + (char === "'" ? 4 : 1)
  }
  return parts.join('') + "'"
}

/** The same command as printable ASCII: as it stands, or spelt out in octal for `printf` and evaluated. */
export function typeable(command: string): string {
  return isTypeable(command) ? command : `eval "$(printf '${octal(Buffer.from(command))}')"`
}

/** As an argument these mean nothing but themselves; what is longer is broken. */
const PLAIN = /^[A-Za-z0-9_./+=@%,:-]{1,400}$/

/**
 * Any text as one word for the shell: as it stands where it can, since much is typed again and again, and printable
 * whatever is in it. Newlines stay outside `$(…)`, which would drop the last ones.
 */
export function wordOf(text: string): string {
  if (PLAIN.test(text)) return text
  const parts = text.match(/[\x20-\x7e\n]+|[^\x20-\x7e\n]+/g) ?? ['']
  return parts
    .map(part => (isTypeable(part) ? quote(part) : `"$(printf '${octal(Buffer.from(part))}')"`))
    .join('')
}

/** No space, which `read` takes from the ends of a line, and no dash, with which `printf` is given an option. */
const SAFE = /[A-Za-z0-9_./:=,+@]/

/** Bytes as a format for `printf`: nothing in it is special to the shell inside single quotes. */
export function octal(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const char = String.fromCharCode(byte)
    text += SAFE.test(char) ? char : `\\${byte.toString(8).padStart(3, '0')}`
  }
  return text
}
