import type { Json } from './loose.ts'

/** What Slack answers with `ok: false`. */
export class Refused extends Error {
  readonly code: string
  readonly more: Json

  constructor(code: string, more: Json = {}) {
    super(code)
    this.code = code
    this.more = more
  }
}

export function refuseIf(isWrong: boolean, code: string, more: Json = {}): void {
  if (isWrong) throw new Refused(code, more)
}
