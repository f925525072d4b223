/** `GET /api/v1/events?topic=queue`: hints that something changed; readers read the state again (design 4). */

import type { Context } from 'koa'
import type { View } from '../../cards/view.ts'
import { noTest } from '../found-files.ts'
import { answerProblem, notFound, type Problem } from '../problem.ts'
import { canonical, type End, endCard, endOf, hasEnd } from './ends.ts'
import { lastEventId } from './last-event-id.ts'
import { type Paced, paced } from './paced.ts'
import { type EventDeps, PACE_MS } from './run-events.ts'
import type { Events } from './streams.ts'
import { tooManyStreams } from './too-many.ts'

const WHOLE = ['queue', 'boards', 'alerts', 'status', 'inventory']
const SINGLE = ['run', 'lease', 'board', 'power', 'transfer', 'alert']
const MOST_TOPICS = 20
const LONGEST_TOPIC = 200

export async function sendTopicEvents(ctx: Context, deps: EventDeps): Promise<void> {
  const topics = topicsOf(ctx)
  if ('status' in topics) return answerProblem(ctx, topics)
  const ends = await Promise.all(
    topics.map(async topic => ({ topic, end: hasEnd(topic) ? await endOf(deps.lab, topic) : null })),
  )
  const gone = ends.find(({ end }) => end !== null && end.result === null)
  if (gone !== undefined) return answerProblem(ctx, notThere(gone.topic, deps))
  const seen = lastEventId(ctx)
  if (ends.every(({ end }) => end !== null && end.rev <= seen)) {
    // All ends were seen; an EventSource is told so, or it would come again and again.
    ctx.status = 204
    return
  }
  const events = deps.streams.events(ctx)
  if (events === null) return answerProblem(ctx, tooManyStreams())
  const unended = new Set(topics)
  let last = 0
  /** The last of several ends carries the id that says that all were read. */
  const tellEnd = (topic: string, end: End, view: View | null): void => {
    unended.delete(topic)
    last = Math.max(last, end.rev)
    const id = unended.size === 0 ? last : undefined
    events.send('ended', { topic, exit: end.exit, result: end.result, view }, id)
    if (unended.size === 0) events.end()
  }
  for (const topic of topics) watchTopic(topic, events, tellEnd, deps)
}

function notThere(topic: string, deps: EventDeps): Problem {
  const [kind, id = ''] = topic.split('/')
  return kind === 'run'
    ? noTest(deps, id)
    : notFound(`There is no ${topic}.`, 'Look at its id: tests, lease list')
}

type TellEnd = (topic: string, end: End, view: View | null) => void

/** A hint at once, since who comes again may have missed some; then one at each news, and the end where there is one. */
function watchTopic(topic: string, events: Events, tellEnd: TellEnd, { lab, clock }: EventDeps): void {
  let sequence = 0

  const look = async (): Promise<void> => {
    const end = hasEnd(topic) ? await endOf(lab, topic) : null
    if (end === null) {
      events.send('changed', { topic, sequence })
      return
    }
    stop()
    tellEnd(topic, end, await endCard(lab, topic).catch(() => null))
  }
  if (events.signal.aborted) return
  // What cannot be read now is read a little later: nobody may tell of it again.
  const pace: Paced = paced(clock, PACE_MS, () => look().catch(() => pace.stir()))
  const unsubscribe = lab.subscribe(topic, news => {
    sequence = Math.max(sequence, news.sequence)
    pace.stir()
  })
  const stop = (): void => {
    pace.stop()
    unsubscribe()
  }
  events.signal.addEventListener('abort', stop, { once: true })
  pace.stir()
}

function topicsOf(ctx: Context): readonly string[] | Problem {
  const given = [ctx.query['topic'] ?? []].flat()
  const topics = [...new Set(given.map(canonical))]
  const wrong = topics.find(topic => !isTopic(topic))
  if (topics.length > 0 && topics.length <= MOST_TOPICS && wrong === undefined) return topics
  const detail =
    topics.length === 0
      ? 'No topic is given.'
      : wrong === undefined
        ? `${topics.length} topics are too many for one stream: ${MOST_TOPICS} at most.`
        : `There is no topic ${JSON.stringify(wrong.slice(0, LONGEST_TOPIC))}.`
  const hint = `Write ?topic=queue&topic=run/T12. Topics: ${WHOLE.join(', ')}, and ${SINGLE.map(kind => `${kind}/…`).join(', ')}.`
  return { status: 400, code: 'topic', detail, hint }
}

function isTopic(topic: string): boolean {
  const at = topic.indexOf('/')
  if (at === -1) return WHOLE.includes(topic)
  return SINGLE.includes(topic.slice(0, at)) && topic.length > at + 1 && topic.length <= LONGEST_TOPIC
}
