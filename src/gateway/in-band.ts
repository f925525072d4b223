import { clean, mention } from '../cards/text.ts'
import { messageOf } from '../errors.ts'
import type { Lab, Pen } from '../lab/lab.ts'
import type { Audit } from './audit.ts'
import { createBreaks } from './breaks.ts'
import type { Keyboard } from './keyboard.ts'
import type { Visitor } from './visitor.ts'
import {
  askedWords,
  type Company,
  companyWords,
  consolesWords,
  howTo,
  leaseWords,
  type Place,
  placeWords,
} from './words.ts'

/** The few commands inside a console, and whose the keyboard is: who, ask, give NAME, break, consoles, quit. */
export type InBand = {
  /** False when there is no such command. */
  command(visitor: Visitor, line: string): boolean
  /** Somebody came with a word to type with: whoever typed under an older one watches from now on. */
  sat(visitor: Visitor, pen: Pen): void
  left(visitor: Visitor): void
  /** No sign of life from somebody: the keyboard goes on as if they had left. */
  silent(visitor: Visitor): void
  back(visitor: Visitor): void
}

export type InBandDeps = {
  place: Place
  lab: Pick<Lab, 'consoles' | 'lease' | 'inventory' | 'now'>
  keyboard: Keyboard
  visitors: ReadonlySet<Visitor>
  /** Those of them of whom there is no sign of life. */
  away: ReadonlySet<Visitor>
  company(): Company
  say(text: string, except?: Visitor): void
  changed(): void
  audit: Audit
}

/** What is said to whoever gave the command. */
type Answer = readonly string[]

export function createInBand(deps: InBandDeps): InBand {
  const { place, lab, keyboard, visitors, away, audit } = deps
  const name = placeWords(place)
  const breaks = createBreaks(deps)
  const asking = new Set<Visitor>()
  /** Typed until there was no sign of life of them. */
  const missed = new Set<Visitor>()

  const here = (): Visitor[] => [...visitors].filter(visitor => !away.has(visitor))
  /** Came with the word of the lease that is typed under: the keyboard is theirs to give and to take back. */
  const isHolder = (visitor: Visitor): boolean =>
    visitor.seat.lease !== null && visitor.seat.lease === keyboard.lease()
  const under = (): string => leaseWords(lab, lab.lease(keyboard.lease() ?? ''))
  const how = ({ line }: Visitor, types: boolean): string => howTo(types, line.speaksTelnet())
  const holderName = (): string => mention(keyboard.holder()?.name ?? 'nobody')

  const handTo = (to: Visitor, from: Visitor): void => {
    keyboard.hand(to)
    asking.delete(to)
    to.say(`${mention(from.name)} gives you the keyboard of ${name}, under ${under()}.`, how(to, true))
    for (const each of visitors) if (each !== to && each !== from) each.say(`${mention(to.name)} types now.`)
    audit.did(from.seat.person, name, `gave the keyboard to ${mention(to.name)} under ${keyboard.lease()}`)
    deps.changed()
  }
  const takeBack = (visitor: Visitor): Answer => {
    const was = keyboard.typist()
    keyboard.hand(visitor)
    was?.say(`${mention(visitor.name)} has taken the keyboard back; you watch.`)
    audit.did(visitor.seat.person, name, `took the keyboard back under ${keyboard.lease()}`)
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
    // Gone while the lab was asked: nobody would ever put it down again.
    if (!visitors.has(visitor)) {
      pen.close()
      return []
    }
    sat(visitor, pen)
    audit.did(visitor.seat.person, name, `types under ${pen.lease}`)
    deps.changed()
    return ['You type again.', how(visitor, true)]
  }

  const ask = (visitor: Visitor): Answer => {
    const typist = keyboard.typist()
    if (typist === visitor) return ['You type already.']
    if (typist !== null && isHolder(visitor)) return takeBack(visitor)
    if (typist === null) return askNobody(visitor)
    const holders = here().filter(isHolder)
    if (holders.length === 0) return [`Only ${holderName()} can give it, and is not here.`]
    if (asking.has(visitor)) return [`${holderName()} was asked already.`]
    asking.add(visitor)
    for (const each of holders) each.say(askedWords(visitor.name, each === typist, each.line.speaksTelnet()))
    return [`${holderName()} was asked.`]
  }
  const askNobody = (visitor: Visitor): Answer => {
    if (visitor.seat.lease === null)
      return [`Nobody types on ${name} now. Whoever leases it may: lease ${place.board}`]
    pickUp(visitor).then(
      answer => visitor.say(...answer),
      (error: unknown) => visitor.say(messageOf(error)),
    )
    return []
  }

  /** To the holder, where another of theirs is here. */
  const handOn = (visitor: Visitor, why: string): void => {
    if (keyboard.typist() !== visitor) return
    const holder = isHolder(visitor) ? undefined : here().find(isHolder)
    if (holder !== undefined) {
      holder.say(...takeBack(holder))
      return
    }
    keyboard.put()
    deps.say(`${mention(visitor.name)} ${why}. Nobody types on ${name} now.`, visitor)
  }

  const give = (visitor: Visitor, who: string): Answer => {
    const typist = keyboard.typist()
    if (typist === null || (typist !== visitor && !isHolder(visitor)))
      return ['The keyboard is not yours to give.']
    if (who === '') return [`To whom? ${hereWords(visitor)}`]
    const to = find(who, visitor)
    if (to === null) return [`There is no ${mention(who)} here. ${hereWords(visitor)}`]
    if (to === typist) return [`${mention(to.name)} types already.`]
    if (!isHolder(visitor) && !isHolder(to)) return [`Only ${holderName()} can give it to somebody else.`]
    handTo(to, visitor)
    return [`${mention(to.name)} types now; you watch.${isHolder(visitor) ? ' To type again: ask' : ''}`]
  }
  /** The whole name, or nobody. Somebody may be here twice: whoever asked comes first, then whoever came last. */
  const find = (called: string, except: Visitor): Visitor | null => {
    const wanted = called.replace(/^@/, '').toLowerCase()
    const named = here()
      .filter(each => each !== except && each.name.toLowerCase() === wanted)
      .reverse()
    return named.find(each => asking.has(each)) ?? named[0] ?? null
  }
  const hereWords = (visitor: Visitor): string => {
    const others = here().filter(each => each !== visitor)
    const names = [...new Set(others.map(each => mention(each.name)))]
    return names.length === 0 ? 'Nobody else is here.' : `Here: ${names.join(', ')}.`
  }

  const who = (visitor: Visitor): Answer => {
    const nobody = keyboard.typist() === null ? 'Nobody types. ' : ''
    return [`${name}: ${nobody}${companyWords(deps.company(), under())}. You are ${mention(visitor.name)}.`]
  }
  const consoles = ({ seat }: Visitor): Answer => {
    const words = consolesWords(seat, lab.consoles.names(place.board))
    return words.length > 0 ? words : [`${place.board} has no other console.`]
  }
  const quit = (visitor: Visitor): Answer => {
    const lease = visitor.seat.lease === null ? null : lab.lease(visitor.seat.lease)
    const kept = lease?.state === 'active' ? ` ${leaseWords(lab, lease)} is still yours.` : ''
    visitor.line.end(`You have left ${name}.${kept}`)
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
      case 'break':
        return breaks.send(visitor, rest.join(' '))
      case 'consoles':
        return consoles(visitor)
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
      missed.delete(visitor)
      handOn(visitor, 'has left')
    },
    silent(visitor) {
      if (keyboard.typist() !== visitor) return
      missed.add(visitor)
      handOn(visitor, 'gives no sign of life')
      audit.did(visitor.seat.person, name, 'types no more: no sign of life')
    },
    back(visitor) {
      if (!missed.delete(visitor)) return
      if (keyboard.typist() === null && visitor.seat.lease !== null) askNobody(visitor)
      else visitor.say('You gave no sign of life for a while, and watch. For the keyboard: ask')
    },
  }
}
