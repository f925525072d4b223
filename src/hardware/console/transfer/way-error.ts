import { HardwareError } from '../../../errors.ts'

/** `missing`: no such file there; `refused`: not this file, another perhaps; `broken`: the way itself does not work. */
export type WayTrouble = 'missing' | 'refused' | 'broken'

/** A way for files did not do it. The console may all the same. */
export class WayError extends HardwareError {
  override readonly name = 'WayError'
  readonly trouble: WayTrouble
  /** Half a sentence, for a note. */
  readonly reason: string

  constructor(where: string, trouble: WayTrouble, reason: string, from?: unknown) {
    super(`no file goes by ${where}: ${reason}`, {
      hint: 'Files go over the console meanwhile, which is slower.',
      cause: 'transfer',
      blame: 'site',
      details: { trouble },
      from,
    })
    this.trouble = trouble
    this.reason = reason
  }
}
