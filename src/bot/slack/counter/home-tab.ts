/** The Home tab: drawn when it is opened, and anew when something of its owner changes while it may be looked at. */

import { drawTopic } from '../../../cards/topics.ts'
import type { Clock, Millis, Timer } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Lab, News } from '../../../lab/lab.ts'
import type { Person } from '../../../lab/types.ts'
import type { Log } from '../../../log.ts'
import type { SlackApi } from '../types.ts'
import type { Drawing } from './drawing.ts'

export type HomeDeps = {
  lab: Lab
  api: Pick<SlackApi, 'publishHome'>
  clock: Clock
  log: Log
  draw: Pick<Drawing, 'home'>
}

export type HomeTab = {
  /** Never throws. */
  open(person: Person): Promise<void>
  /** Something was done for them: drawn soon, where it may still be looked at. */
  touch(user: string): void
  /** Nothing is drawn any more. */
  close(): void
}

/** Slack does not say when a tab is left: after this long nobody is drawn for who did nothing. */
const OPEN_MS: Millis = 15 * 60_000
/** Several changes in a row are drawn once. */
const SETTLE_MS: Millis = 2_000

type Opened = { person: Person; until: Millis; timer: Timer | null; shown: ReadonlySet<string> }

export function createHomeTab({ lab, api, clock, log, draw }: HomeDeps): HomeTab {
  const opened = new Map<string, Opened>()

  async function publish(tab: Opened): Promise<void> {
    tab.timer?.cancel()
    tab.timer = null
    tab.shown = topicsOf(tab.person, lab)
    try {
      const card = await drawTopic('home', lab, tab.person)
      if (card !== null) await api.publishHome(tab.person.id, draw.home(card))
    } catch (error) {
      log.warn({ user: tab.person.id, error: messageOf(error) }, 'a home tab was not drawn')
    }
  }

  function soon(tab: Opened): void {
    tab.timer ??= clock.after(SETTLE_MS, () => void publish(tab))
  }

  function heard({ topic }: News): void {
    for (const [user, tab] of opened)
      if (clock.mono() > tab.until) {
        tab.timer?.cancel()
        opened.delete(user)
      } else if (tab.shown.has(topic) || isOf(tab.person, ownerOf(topic, lab))) soon(tab)
  }

  const unsubscribe = lab.subscribe('*', heard)
  return {
    async open(person) {
      const tab: Opened = { person, until: clock.mono() + OPEN_MS, timer: null, shown: new Set() }
      opened.get(person.id)?.timer?.cancel()
      opened.set(person.id, tab)
      await publish(tab)
    },
    touch(user) {
      const tab = opened.get(user)
      if (tab === undefined) return
      tab.until = clock.mono() + OPEN_MS
      soon(tab)
    },
    close() {
      unsubscribe()
      for (const tab of opened.values()) tab.timer?.cancel()
      opened.clear()
    },
  }
}

/** What is theirs, and drawn: it may have left the state by the time of its last news. */
function topicsOf(person: Person, lab: Lab): ReadonlySet<string> {
  const { runs, leases } = lab.state()
  const topics = [
    ...Object.keys(runs).map(id => `run/${id}`),
    ...Object.keys(leases).map(id => `lease/${id}`),
  ]
  return new Set(topics.filter(topic => isOf(person, ownerOf(topic, lab))))
}

/** Whose test or lease it is; null for what is everybody's, which is no reason to draw. */
function ownerOf(topic: string, lab: Lab): Person | null {
  const [kind, id = ''] = topic.split('/')
  const { runs, leases } = lab.state()
  if (kind === 'run') return Object.hasOwn(runs, id) ? (runs[id]?.submitter ?? null) : null
  const holder = kind === 'lease' && Object.hasOwn(leases, id) ? leases[id]?.holder : undefined
  return holder?.kind === 'person' ? holder.person : null
}

function isOf({ id, platform }: Person, owner: Person | null): boolean {
  return owner !== null && owner.id === id && owner.platform === platform
}
