import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { News } from './lab.ts'

/** Who wants to hear of what. News are hints: readers read the state again (design 4). */
export type NewsBus = {
  publish(topics: Iterable<string>, sequence: number): void
  /** `*` hears everything. Returns how to stop. */
  subscribe(topic: string, listener: (news: News) => void): () => void
}

export function createNews(log: Log): NewsBus {
  const listeners = new Map<string, Set<(news: News) => void>>()

  const tell = (key: string, news: News): void => {
    for (const listener of [...(listeners.get(key) ?? [])]) {
      try {
        listener(news)
      } catch (error) {
        log.error({ topic: news.topic, error: messageOf(error) }, 'a listener for news failed')
      }
    }
  }
  return {
    publish(topics, sequence) {
      for (const topic of new Set(topics)) {
        tell(topic, { topic, sequence })
        tell('*', { topic, sequence })
      }
    },
    subscribe(topic, listener) {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set)
      set.add(listener)
      return () => {
        set.delete(listener)
        if (set.size === 0) listeners.delete(topic)
      }
    },
  }
}
