/** News of pages: what changed of one is drawn once, however many look at it, and sent to each (design 2). */

import type { Context } from 'koa'
import type { Millis, Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { paced } from '../live/paced.ts'
import type { Events, Streams } from '../live/streams.ts'
import { tooManyStreams } from '../live/too-many.ts'
import { answerProblem } from '../problem.ts'
import { textOfMarkup } from './markup.ts'
import type { PageDeps } from './page-deps.ts'
import type { Shown } from './sections.ts'

/** A page is not drawn more often than this, whatever happens: the latest wins. */
const LEAST_MS: Millis = 1_000
/** Clocks on a page go on without any news. */
const TICK_MS: Millis = 5_000

export type Source = {
  /** Two of one name show the same. */
  key: string
  /** Of the lab's news. */
  topics: readonly string[]
  /** Null: there is nothing to show any more. */
  draw(): Promise<Shown | null>
}

export type LivePages = {
  /** Answers with the page's sections as they are, then with those that change: events `page`, and `over` at the end. */
  follow(ctx: Context, source: Source): void
}

type LiveDeps = Pick<PageDeps, 'lab' | 'clock' | 'log'> & { streams: Streams }

/** What was sent last. */
type Sent = { title: string; final: boolean; sections: ReadonlyMap<string, string> }

type Hub = { join(events: Events): void }

export function createLivePages(deps: LiveDeps): LivePages {
  const hubs = new Map<string, Hub>()

  function follow(ctx: Context, source: Source): void {
    const events = deps.streams.events(ctx)
    if (events === null) {
      answerProblem(ctx, tooManyStreams())
      return
    }
    if (events.signal.aborted) return
    const hub = hubs.get(source.key) ?? createHub(deps, source, () => hubs.delete(source.key))
    hubs.set(source.key, hub)
    hub.join(events)
  }

  return { follow }
}

/** One drawing for all readers of a page; it ends with the last of them. */
function createHub(deps: LiveDeps, source: Source, closed: () => void): Hub {
  const { lab, clock, log } = deps
  const readers = new Set<Events>()
  let sent: Sent | null = null
  let isOver = false
  const pace = paced(clock, LEAST_MS, draw)
  const unsubscribe = source.topics.map(topic => lab.subscribe(topic, () => pace.stir()))
  let ticks: Timer = clock.after(TICK_MS, tick)

  function tick(): void {
    ticks = clock.after(TICK_MS, tick)
    pace.stir()
  }

  async function draw(): Promise<void> {
    try {
      const shown = await source.draw()
      if (!isOver) tell(shown)
    } catch (error) {
      // The next news, or the next tick, draws it again.
      log.warn({ page: source.key, error: messageOf(error) }, 'a page was not drawn')
    }
  }

  function tell(shown: Shown | null): void {
    if (shown === null) {
      end()
      return
    }
    const now = asSent(shown)
    const news = changes(sent, now)
    sent = now
    if (news !== null) for (const each of [...readers]) each.send('page', news)
    if (now.final) end()
  }

  function end(): void {
    const all = [...readers]
    close()
    for (const each of all) {
      each.send('over', {})
      each.end()
    }
  }

  function close(): void {
    if (isOver) return
    isOver = true
    pace.stop()
    ticks.cancel()
    for (const stop of unsubscribe) stop()
    closed()
  }

  return {
    join(events) {
      readers.add(events)
      events.signal.addEventListener('abort', () => left(events), { once: true })
      if (sent !== null) events.send('page', changes(null, sent))
      pace.stir()
    },
  }

  function left(events: Events): void {
    readers.delete(events)
    if (readers.size === 0) close()
  }
}

function asSent({ title, final, sections }: Shown): Sent {
  return { title, final, sections: new Map(sections.map(([id, content]) => [id, textOfMarkup(content)])) }
}

/** Null when nothing is different. */
function changes(
  before: Sent | null,
  now: Sent,
): { title: string; final: boolean; sections: Readonly<Record<string, string>> } | null {
  const sections = [...now.sections].filter(([id, html]) => before?.sections.get(id) !== html)
  if (before !== null && sections.length === 0 && before.title === now.title && before.final === now.final)
    return null
  return { title: now.title, final: now.final, sections: Object.fromEntries(sections) }
}
