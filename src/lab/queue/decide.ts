import type { Millis } from '../../clock.ts'
import { byRank, type Claim } from './claims.ts'

/** A board as the queue sees it. */
export type Place = {
  id: string
  family: string
  site: string
  /** Nothing holds it, and nothing stands against work on it. */
  free: boolean
  uses: number
  lastUsedAt: Millis | null
}

/** Tests that still may start in a family right now (M1.2). */
export type Room = ReadonlyMap<string, number>

export type Start = { claim: Claim; board: string; passedOver: readonly { board: string; why: string }[] }

/**
 * Who starts where, now. The law (P26): nothing starts on a board while a higher-ranked claim fits that board —
 * so claims choose in rank order, each takes the least used board that fits it (P17), and what is taken is gone.
 * Pure: the answer does not depend on the order of its inputs.
 */
export function decide(
  claims: readonly Claim[],
  places: readonly Place[],
  room: Room,
  now: Millis,
): readonly Start[] {
  const left = new Map(room)
  const free = byFamily(places)
  const starts: Start[] = []
  for (const claim of [...claims].sort(byRank)) {
    const candidates =
      claim.family === null
        ? [...free.values()].flatMap(set => [...set])
        : [...(free.get(claim.family) ?? [])]
    if (candidates.length === 0) continue
    const { choice, passedOver } = select(claim, candidates, left, now)
    if (choice === null) continue
    free.get(choice.family)?.delete(choice)
    if (claim.kind === 'run') left.set(choice.family, (left.get(choice.family) ?? 0) - 1)
    starts.push({ claim, board: choice.id, passedOver })
  }
  return starts
}

/** The least used of the boards that fit, of those at its site where some are; for the others, why not (design 4). */
export function select(
  claim: Claim,
  candidates: readonly Place[],
  room: Room,
  now: Millis,
): { choice: Place | null; passedOver: readonly { board: string; why: string }[] } {
  const passedOver: { board: string; why: string }[] = []
  const fitting: Place[] = []
  for (const place of candidates) {
    const why = misfit(claim, place, room, now)
    if (why === null) fitting.push(place)
    else passedOver.push({ board: place.id, why })
  }
  const away = (place: Place): number => (isNear(claim, place) ? 0 : 1)
  const [choice, ...others] = fitting.sort((a, b) => away(a) - away(b) || byUse(a, b))
  for (const place of others) {
    const isFarther = choice !== undefined && away(place) > away(choice)
    passedOver.push({ board: place.id, why: isFarther ? `${choice.site} was preferred` : 'used more' })
  }
  return { choice: choice ?? null, passedOver }
}

/** Why a claim cannot start on a board now; null when it can. */
export function misfit(claim: Claim, place: Place, room: Room, now: Millis): string | null {
  if (claim.board !== null && claim.board !== place.id) return `${claim.board} was asked for`
  if (claim.family !== null && claim.family !== place.family) return `it is of family ${place.family}`
  if (!place.free) return 'not free'
  if (claim.kind === 'run' && (room.get(place.family) ?? 0) <= 0)
    return `${place.family} runs as many tests as it may`
  const avoided = claim.avoid.find(entry => entry.board === place.id && entry.until > now)
  return avoided === undefined ? null : 'it just failed there'
}

/** A preference only orders what fits: it never keeps a board from anyone (I3). */
function isNear({ near }: Claim, { site }: Place): boolean {
  return near === undefined || near.toLowerCase() === site.toLowerCase()
}

function byUse(a: Place, b: Place): number {
  return a.uses - b.uses || (a.lastUsedAt ?? 0) - (b.lastUsedAt ?? 0) || (a.id < b.id ? -1 : 1)
}

function byFamily(places: readonly Place[]): Map<string, Set<Place>> {
  const free = new Map<string, Set<Place>>()
  for (const place of places) {
    if (!place.free) continue
    const family = free.get(place.family)
    if (family === undefined) free.set(place.family, new Set([place]))
    else family.add(place)
  }
  return free
}
