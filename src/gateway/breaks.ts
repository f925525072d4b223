import { clean } from '../cards/text.ts'
import { LabError, messageOf } from '../errors.ts'
import type { Lab } from '../lab/lab.ts'
import type { Audit } from './audit.ts'
import type { Keyboard } from './keyboard.ts'
import type { Visitor } from './visitor.ts'
import { type Place, placeWords } from './words.ts'

/** `break`, and `break b`: the line is held at break, and a kernel that listens to it takes the key as SysRq. */
export type Breaks = {
  /** What is said at once; what came of it is said when it is through. */
  send(visitor: Visitor, key: string): readonly string[]
}

export type BreaksDeps = {
  place: Place
  lab: Pick<Lab, 'inventory'>
  keyboard: Pick<Keyboard, 'sendBreak'>
  audit: Audit
}

/** Documentation/admin-guide/sysrq.rst: letters, digits, and `?` or a space for help. */
const KEY = /^[a-z0-9]$/

export function createBreaks({ place, lab, keyboard, audit }: BreaksDeps): Breaks {
  const name = placeWords(place)
  /** What a person types in the five seconds after a break is between them and the kernel; what we add is not. */
  const mayPress = (): boolean => lab.inventory().boards.find(({ id }) => id === place.board)?.sysrq === true

  const sent = async (visitor: Visitor, key: string | null): Promise<string> => {
    await keyboard.sendBreak(visitor, key)
    const what = key === null ? 'a break' : `SysRq ${key}`
    audit.did(visitor.seat.person, name, `sent ${what} under ${visitor.seat.lease ?? "the holder's lease"}`)
    if (key === null) return `A break was sent to ${name}.`
    return `A break and ${key} were sent to ${name}: a kernel that takes it says so, "sysrq: ..."`
  }
  return {
    send(visitor, key) {
      if (key !== '' && !KEY.test(key))
        return [`"${clean(key)}" is no key of SysRq: one small letter or digit, such as b.`]
      if (key !== '' && !mayPress())
        return [
          `SysRq is not allowed on ${place.board}: boards.yaml has no sysrq: true for it. Nothing was sent.`,
        ]
      sent(visitor, key === '' ? null : key).then(
        said => visitor.say(said),
        (error: unknown) => visitor.say(`Not sent: ${messageOf(error)}`, ...hintOf(error)),
      )
      return []
    },
  }
}

function hintOf(error: unknown): string[] {
  return error instanceof LabError ? [error.hint] : []
}
