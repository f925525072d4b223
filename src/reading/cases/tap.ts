import type { Collector } from './collector.ts'
import type { RecentOutput } from './output.ts'
import { createHeldLines } from './tap-held.ts'
import {
  announce,
  complaints,
  contradictions,
  count,
  createLevel,
  fitOf,
  hasPlace,
  isComplete,
  isOwnCase,
  type Level,
  nameCases,
  nameOf,
  resultOf,
} from './tap-level.ts'
import { COMMENT_STEP, isNextResult, parseTapLine, type TapLine, type TapResult } from './tap-line.ts'
import { createTapTail } from './tap-tail.ts'
import type { FormatReader, Place } from './types.ts'

type Version = TapLine & { kind: 'version' }
type Plan = TapLine & { kind: 'plan' }
type Name = TapLine & { kind: 'name' }
type Totals = TapLine & { kind: 'totals' }

/**
 * TAP 13 and 14, KTAP and kselftest, by what their lines say and how far they are indented. Results count only behind
 * a version line or beside a plan: a program that prints `ok 1` is no test. Of nested results the innermost are the
 * cases; what encloses them is one only when it failed and none of them did. What the kernel prints is KTAP, whatever
 * its version line says: KUnit called it TAP 14 until Linux 6.2.
 */
export function createTapReader(collector: Collector, recent: RecentOutput, isKernel = false): FormatReader {
  const stack: Level[] = []
  const tail = createTapTail(collector)
  const held = createHeldLines(collector.note)
  let isKtap = isKernel
  /** False while only a plan was seen, which any program may print. */
  let isConfirmed = false
  let pendingName: { name: string; at: number } | null = null
  /** The line after the last result: where the next one's output begins. */
  let outputFrom = 1

  const top = (): Level | undefined => stack.at(-1)
  const path = (): string =>
    stack
      .map(level => level.name ?? '')
      .filter(name => name !== '')
      .join('/')

  const say = (place: Place, text: string): void =>
    collector.problem(`line ${place.to}: ${text}${path() === '' ? '' : ` in "${path()}"`}`)

  const open = (at: number, hasVersion: boolean, place: Place): Level => {
    const parent = top()
    if (parent !== undefined) {
      parent.subs += 1
      announce(parent, collector)
    }
    const level = createLevel({ at, name: takeName(at), hasVersion, from: place.from })
    stack.push(level)
    return level
  }

  const takeName = (at: number): string | null => {
    if (pendingName === null || at < pendingName.at) return null
    const { name } = pendingName
    pendingName = null
    return name
  }

  /** The innermost level's end; `own` is its result in the level around it, if that came. */
  const close = (own: TapResult | null): void => {
    const level = top()
    if (level === undefined) return
    level.name ??= own === null ? null : nameOf(own, null, level.lines)
    if (isConfirmed) complain(level, own)
    else if (level.plan !== null)
      collector.note(`line ${level.from}: a plan 1..${level.plan} and no results: not read as TAP`)
    stack.pop()
    nameCases(level.cases, level.name ?? '')
    top()?.cases.push(...level.cases)
  }

  const complain = (level: Level, own: TapResult | null): void => {
    // A comment such as `# 1..5` announces nothing when nothing follows, nor does a prompt before a version line.
    if (level.lines === 0 && level.at >= COMMENT_STEP && !(level.hasVersion && level.plan !== null)) return
    const where = path() === '' ? `the results from line ${level.from}` : `"${path()}"`
    const around = { depth: stack.length, isKtap }
    const { problems, notes } = complaints(level, own === null ? null : resultOf(own), where, around)
    problems.forEach(collector.problem)
    notes.forEach(collector.note)
  }

  const closeTo = (at: number): void => {
    while (stack.length > 0 && (top()?.at ?? 0) > at) close(null)
  }

  const reset = (): void => {
    while (stack.length > 0) close(null)
    isConfirmed = false
    isKtap = isKernel
    pendingName = null
  }

  const version = (line: Version, place: Place): boolean => {
    const isOuter = line.at < COMMENT_STEP && line.at <= (stack[0]?.at ?? line.at)
    if (isOuter && (stack[0]?.hasVersion || isConfirmed || stack.length === 0)) {
      held.drop()
      reset()
      isKtap = isKernel || line.isKtap
    } else closeTo(line.at - 1)
    isConfirmed = true
    open(line.at, true, place)
    return true
  }

  const plan = (line: Plan, place: Place): boolean => {
    if (stack.length === 0 && !held.isEmpty() && planOfHeld(line, place)) return true
    closeTo(line.at)
    const before = top()
    if (before?.at === line.at && before.plan !== null && (isComplete(before) || !isConfirmed)) close(null)
    if (stack.length === 0) reset()
    const last = top()
    const level = last === undefined || last.at < line.at ? open(line.at, false, place) : last
    if (level.plan !== null) say(place, `two plans: 1..${level.plan} and 1..${line.count}`)
    setPlan(level, line)
    return true
  }

  const setPlan = (level: Level, line: Plan): void => {
    level.plan = Math.max(line.count, level.plan ?? 0)
    if (line.count === 0) isConfirmed ||= line.reason !== null
    if (isConfirmed) announce(level, collector)
    if (line.count > 0 || !isConfirmed) return
    const why = line.reason === null ? '' : `: ${line.reason}`
    collector.note(`line ${level.from}: nothing to run${path() === '' ? '' : ` in "${path()}"`}${why}`)
  }

  /** A plan at the end of what looked like results makes them results. */
  const planOfHeld = (line: Plan, place: Place): boolean => {
    const lines = held.take(line, place)
    const [first] = lines ?? []
    if (lines === null || first === undefined) return false
    isConfirmed = true
    open(line.at, false, first.place)
    for (const each of lines) dispatch(each.line, each.place)
    closeTo(line.at)
    const [level] = stack
    if (level !== undefined) setPlan(level, line)
    return true
  }

  const result = (line: TapResult, place: Place): boolean => {
    const bottom = stack[0]
    // `ok 1` behind a list that is complete begins another, if a plan follows.
    if (bottom !== undefined && stack.length === 1 && isComplete(bottom) && line.number === 1) reset()
    const level = top()
    if (level === undefined) {
      held.push(line, place)
      return false
    }
    const isNamed = pendingName !== null
    const isPlaced = hasPlace(line, stack, { isConfirmed, isNamed }) || restoreLevel(line)
    if (!isPlaced || !isTap(line, level)) return false
    if (line.at === level.at && stack.length > 1 && isComplete(level) && line.number === 1) close(null)
    if (line.at > (top()?.at ?? -1)) open(line.at, false, place)
    while ((stack.at(-2)?.at ?? -1) > line.at) close(null)
    take(line, place)
    return true
  }

  /** Puts in a level whose beginning is lost, around what is open or in its middle; false where none can be. */
  const restoreLevel = (line: TapResult): boolean => {
    const inner = stack.findIndex(open => open.at > line.at)
    const first = stack[inner]
    if (first === undefined || line.number === null || line.at % 2 === 1) return false
    const around = createLevel({ at: line.at, name: null, hasVersion: false, from: first.from })
    around.subs = 1
    stack.splice(inner, 0, around)
    return true
  }

  const isTap = (line: TapResult, level: Level): boolean => {
    if (isConfirmed) return true
    isConfirmed = line.number === null ? line.description !== '' : line.number <= (level.plan ?? 0)
    if (isConfirmed) announce(level, collector)
    return isConfirmed
  }

  const take = (line: TapResult, place: Place): void => {
    const sub = top()
    const isOwn = sub !== undefined && sub.at > line.at
    const found = resultOf(line)
    const isCase = !isOwn || isOwnCase(sub, found)
    if (isOwn) close(line)
    const level = top()
    if (level === undefined) return
    if (isOwn) level.ended += 1
    if (isOwn && isCase) level.own += 1
    const wrong = count(level, line, found)
    if (wrong !== null) say(place, wrong)
    announce(level, collector)
    tail.leave()
    if (isCase) add(line, place, level, isOwn ? sub.name : null)
    pendingName = null
  }

  const add = (line: TapResult, place: Place, level: Level, header: string | null): void => {
    const from = outputFrom
    const kept = collector.add({
      name: nameOf(line, header, level.last),
      suite: '',
      format: isKtap ? 'ktap' : 'tap',
      result: resultOf(line),
      reason: line.reason,
      durationMs: line.timeMs,
      lines: [place.from, place.to],
      output: () => recent.since(from, place.to),
    })
    if (kept === null) return
    level.cases.push(kept)
    if (!isKtap) tail.follow(kept, line.at)
  }

  const name = (line: Name, place: Place): boolean => {
    closeTo(line.at + (line.isProgram ? COMMENT_STEP - 1 : 0))
    const level = top()
    if (level === undefined) return false
    // The list that this one is in shows itself by it: TAP 14 has the comment at the indentation around.
    if (!line.isProgram && line.at > level.at && pendingName !== null) open(line.at, false, place)
    const isHere = !line.isProgram && line.at === level.at && line.at > 0
    if (isHere && level.hasVersion && level.plan === null && level.lines === 0) {
      level.name = line.name
      return true
    }
    if (isHere && stack.length > 1 && isComplete(level)) close(null)
    pendingName = { name: line.name, at: line.isProgram ? line.at + COMMENT_STEP : line.at }
    return true
  }

  /** A version line, or a plan: of what is held only one that is not indented. */
  const begins = ({ kind, at }: TapLine): boolean => {
    if (kind !== 'version' && kind !== 'plan') return false
    return held.isEmpty() ? kind === 'version' || at < COMMENT_STEP : at === 0
  }

  const totals = (line: Totals, place: Place): boolean => {
    const wrong = contradictions(stack, line)
    for (const text of wrong ?? []) say(place, text)
    return wrong !== null
  }

  const dispatch = (line: TapLine, place: Place): boolean => {
    if (stack.length === 0 && !begins(line)) {
      held.push(line, place)
      return false
    }
    switch (line.kind) {
      case 'version':
        return version(line, place)
      case 'plan':
        return plan(line, place)
      case 'result':
        return result(line, place)
      case 'name':
        return name(line, place)
      case 'totals':
        return totals(line, place)
      case 'bail':
        isConfirmed = true
        say(place, `bailed out${line.reason === '' ? '' : `: ${line.reason}`}`)
        return true
    }
  }

  return {
    read(text, place) {
      if (tail.read(text)) return true
      const line = parseTapLine(text)
      if (line === null) {
        tail.comment(text)
        return false
      }
      const isRead = dispatch(line, place)
      if (isRead && line.kind !== 'result') tail.leave()
      if (isRead && line.kind !== 'totals') outputFrom = place.to + 1
      return isRead
    },
    fits: text => fitOf(parseTapLine(text), stack),
    isPair: isNextResult,
    end() {
      held.drop()
      reset()
    },
  }
}
