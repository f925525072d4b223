import { clean, mention } from '../cards/text.ts'
import { messageOf } from '../errors.ts'
import type { Lab, Pen } from '../lab/lab.ts'
import type { Audit } from './audit.ts'
import type { Keyboard } from './keyboard.ts'
import type { Visitor } from './visitor.ts'
import { askedWords, type Company, companyWords, howTo, leaseWords } from './words.ts'

/** The few commands inside a console, and whose the keyboard is: who, ask, give NAME, quit. */
export type InBand = {
  /** False when there is no such command. */
  command(visitor: Visitor, line: string): boolean
  /** Somebody came with a word to type with: whoever typed under an older one watches from now on. */
  sat(visitor: Visitor, pen: Pen): void
  left(visitor: Visitor): void
}

export type InBandDeps = {
  board: string
  lab: Pick<Lab, 'consoles' | 'lease' | 'inventory' | 'now'>
  keyboard: Keyboard
  visitors: ReadonlySet<Visitor>
  company(): Company
  say(text: string, except?: Visitor): void
  changed(): void
  audit: Audit
}

/** What is said to whoever gave the command. */
type Answer = readonly string[]

export function createInBand(deps: InBandDeps): InBand {
  const { board, lab, keyboard, visitors, audit } = deps
  const asking = new Set<Visitor>()

  /** Came with the word of the lease that is typed under: the keyboard is theirs to give and to take back. */
  const isHolder = (visitor: Visitor): boolean =>
    visitor.seat.lease !== null && visitor.seat.lease === keyboard.lease()
  const under = (): string => leaseWords(lab, lab.lease(keyboard.lease() ?? ''))
  const how = ({ line }: Visitor, types: boolean): string => howTo(types, line.speaksTelnet())
  const holderName = (): string => mention(keyboard.holder()?.name ?? 'nobody')

  const handTo = (to: Visitor, from: Visitor): void => {
    keyboard.hand(to)
    asking.delete(to)
    to.say(`${mention(from.name)} gives you the keyboard of ${board}, under ${under()}.`, how(to, true))
    for (const each of visitors) if (each !== to && each !== from) each.say(`${mention(to.name)} types now.`)
    audit.did(from.seat.person, board, `gave the keyboard to ${mention(to.name)} under ${keyboard.lease()}`)
    deps.changed()
  }
  const takeBack = (visitor: Visitor): Answer => {
    const was = keyboard.typist()
    keyboard.hand(visitor)
    was?.say(`${mention(visitor.name)} has taken the keyboard back; you watch.`)
    audit.did(visitor.seat.person, board, `took the keyboard back under ${keyboard.lease()}`)
    deps.changed()
    return ['You type again.', how(visitor, true)]
  }
  const sat = (visitor: Visitor, pen: Pen): void => {
    const was = keyboard.typist()
    keyboard.sit(visitor, pen)
    asking.clear()
    const who =
      was?.name === visitor.name ? 'You type from another connection' : `${mention(visitor.name)} types`
    was?.say(`${who} now; here you watch. To type here again: ask`)
  }
  /** The keyboard lies there, and the lease of this person goes on. */
  const pickUp = async (visitor: Visitor): Promise<Answer> => {
    const pen = await keyboard.pick(visitor.seat)
    sat(visitor, pen)
    audit.did(visitor.seat.person, board, `types under ${pen.lease}`)
    deps.changed()
    return ['You type again.', how(visitor, true)]
  }

  const ask = (visitor: Visitor): Answer => {
    const typist = keyboard.typist()
    if (typist === visitor) return ['You type already.']
    if (typist !== null && isHolder(visitor)) return takeBack(visitor)
    if (typist === null) return askNobody(visitor)
    const holders = [...visitors].filter(isHolder)
    if (holders.length === 0) return [`Only ${holderName()} can give it, and is not here.`]
    if (asking.has(visitor)) return [`${holderName()} was asked already.`]
    asking.add(visitor)
    for (const each of holders) each.say(askedWords(visitor.name, each === typist, each.line.speaksTelnet()))
    return [`${holderName()} was asked.`]
  }
  const askNobody = (visitor: Visitor): Answer => {
    if (visitor.seat.lease === null)
      return [`Nobody types on ${board} now. Whoever leases it may: lease ${board}`]
    pickUp(visitor).then(
      answer => visitor.say(...answer),
      (error: unknown) => visitor.say(messageOf(error)),
    )
    return []
  }

  const give = (visitor: Visitor, name: string): Answer => {
    const typist = keyboard.typist()
    if (typist === null || (typist !== visitor && !isHolder(visitor)))
      return ['The keyboard is not yours to give.']
    if (name === '') return [`To whom? ${hereWords(visitor)}`]
    const to = find(name, visitor)
    if (to === null) return [`There is no ${mention(name)} here. ${hereWords(visitor)}`]
    if (to === typist) return [`${mention(to.name)} types already.`]
    if (!isHolder(visitor) && !isHolder(to)) return [`Only ${holderName()} can give it to somebody else.`]
    handTo(to, visitor)
    return [`${mention(to.name)} types now; you watch.${isHolder(visitor) ? ' To type again: ask' : ''}`]
  }
  /** The whole name, or nobody. Somebody may be here twice: whoever asked comes first, then whoever came last. */
  const find = (name: string, except: Visitor): Visitor | null => {
    const wanted = name.replace(/^@/, '').toLowerCase()
    const named = [...visitors]
      .filter(each => each !== except && each.name.toLowerCase() === wanted)
      .reverse()
    return named.find(each => asking.has(each)) ?? named[0] ?? null
  }
  const hereWords = (visitor: Visitor): string => {
    const others = [...visitors].filter(each => each !== visitor)
    const names = [...new Set(others.map(each => mention(each.name)))]
    return names.length === 0 ? 'Nobody else is here.' : `Here: ${names.join(', ')}.`
  }

  const who = (visitor: Visitor): Answer => {
    const nobody = keyboard.typist() === null ? 'Nobody types. ' : ''
    return [`${board}: ${nobody}${companyWords(deps.company(), under())}. You are ${mention(visitor.name)}.`]
  }
  const quit = (visitor: Visitor): Answer => {
    const lease = visitor.seat.lease === null ? null : lab.lease(visitor.seat.lease)
    const kept = lease?.state === 'active' ? ` ${leaseWords(lab, lease)} is still yours.` : ''
    visitor.line.end(`You have left ${board}.${kept}`)
    return []
  }
  const answer = (visitor: Visitor, line: string): Answer | null => {
    const [verb = '', ...rest] = line.split(' ')
    switch (verb.toLowerCase()) {
      case 'who':
        return who(visitor)
      case 'ask':
        return ask(visitor)
      case 'give':
        return give(visitor, rest.join(' '))
      case 'quit':
      case 'exit':
        return quit(visitor)
      case 'help':
      case '?':
        return [how(visitor, keyboard.typist() === visitor)]
      default:
        return null
    }
  }

  return {
    command(visitor, line) {
      const said = answer(visitor, line)
      const help = how(visitor, keyboard.typist() === visitor)
      visitor.say(...(said ?? [`There is no command "${clean(line.split(' ')[0] ?? '')}" here.`, help]))
      return said !== null
    },
    sat,
    left(visitor) {
      asking.delete(visitor)
      if (keyboard.typist() !== visitor) return
      const holder = isHolder(visitor) ? undefined : [...visitors].find(isHolder)
      if (holder !== undefined) holder.say(...takeBack(holder))
      else {
        keyboard.put()
        deps.say(`${mention(visitor.name)} has left. Nobody types on ${board} now.`)
      }
    },
  }
}
