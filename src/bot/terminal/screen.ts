/** What the terminal shows: whole cards, never one inside another, and the prompt kept below them. */

import type { Writable } from 'node:stream'

export type Screen = {
  /** Lines as they are. */
  print(lines: readonly string[]): void
  /** Called around each print, so that a prompt can be taken away and put back. */
  around(hooks: { before(): void; after(): void } | null): void
  /** Nobody reads any more: what is printed from now on is dropped. */
  readonly closed: boolean
  close(): void
}

export function createScreen(output: Writable): Screen {
  let hooks: { before(): void; after(): void } | null = null
  let closed = false
  // A reader such as `head` that goes away is no fault of ours.
  output.on('error', () => {
    closed = true
  })
  return {
    print(lines) {
      if (closed || lines.length === 0) return
      hooks?.before()
      output.write(`${lines.join('\n')}\n`)
      hooks?.after()
    },
    around: next => {
      hooks = next
    },
    get closed() {
      return closed
    },
    close: () => {
      closed = true
    },
  }
}
