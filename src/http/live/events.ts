/** The routes of what goes on: tests, topics, and logs as they come. */

import type { ApiRoute } from '../api/types.ts'
import { answerProblem } from '../problem.ts'
import { sendFollowedEvents } from './follow.ts'
import { followedOf } from './followed-query.ts'
import { logEventsOperation, runEventsOperation, topicEventsOperation } from './operations.ts'
import { type EventDeps, sendRunEvents } from './run-events.ts'
import { sendTopicEvents } from './topic-events.ts'

export function eventRoutes(deps: EventDeps): readonly ApiRoute[] {
  return [
    {
      path: '/api/v1/tests/:id/events',
      methods: ['GET'],
      access: 'api',
      operation: runEventsOperation,
      handle: (ctx, params) => sendRunEvents(ctx, params['id'] ?? '', deps),
    },
    {
      path: '/api/v1/events',
      methods: ['GET'],
      access: 'api',
      operation: topicEventsOperation,
      handle: ctx => sendTopicEvents(ctx, deps),
    },
    {
      path: '/api/v1/events/log',
      methods: ['GET'],
      access: 'api',
      operation: logEventsOperation,
      async handle(ctx) {
        const followed = await followedOf(ctx, deps)
        if ('status' in followed) return answerProblem(ctx, followed)
        return sendFollowedEvents(ctx, followed, deps)
      },
    },
  ]
}
