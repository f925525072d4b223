/** What the OpenAPI document tells of the routes here. */

import { TEST_ID } from '../api/parameters.ts'
import type { Operation, Parameter } from '../api/types.ts'

const STREAM = { 'text/event-stream': { schema: { type: 'string' } } } as const

const lastEvent: Parameter = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'The last id that was read: what came before it is not sent again.',
  required: false,
  schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
}

const SEEN = { 204: { description: 'The end was read before: there is nothing more.', content: {} } }

function query(name: string, description: string, more: Partial<Parameter> = {}): Parameter {
  return { name, in: 'query', description, required: false, schema: { type: 'string' }, ...more }
}

export const runEventsOperation: Operation = {
  id: 'testEvents',
  method: 'GET',
  path: '/tests/{id}/events',
  summary: 'a test as it goes on, as server-sent events to its end',
  about:
    'Events: state {run, waiting}, progress, cases, and at the end ended {run, exit}; then the stream closes. ' +
    'Ids are numbers of the journal. One look a second at most, the latest wins.',
  group: 'run a test',
  parameters: [TEST_ID, lastEvent],
  responses: { 200: { description: 'Events.', content: STREAM }, ...SEEN },
  role: 'user',
  example: { path: '/tests/T12/events', options: ['-N'] },
}

export const topicEventsOperation: Operation = {
  id: 'events',
  method: 'GET',
  path: '/events',
  summary: 'hints that something changed, as server-sent events',
  about:
    'Events: changed {topic, sequence}, at once and at each change, one a second and topic at most: read the state ' +
    'again then. What comes to an end (run, lease, power, transfer) tells it by ended {topic, exit, result, view}; ' +
    'when all topics have ended, the stream closes.',
  group: 'see the lab',
  parameters: [
    query(
      'topic',
      'queue, boards, alerts, status, inventory, run/T12, lease/L3, board/…, power/…, transfer/….',
      {
        required: true,
        schema: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 20 },
        example: ['queue'],
      },
    ),
    lastEvent,
  ],
  responses: { 200: { description: 'Events.', content: STREAM }, ...SEEN },
  role: 'user',
  example: { path: '/events?topic=queue', options: ['-N'] },
}

export const logEventsOperation: Operation = {
  id: 'logEvents',
  method: 'GET',
  path: '/events/log',
  summary: 'a log as it comes, as server-sent events',
  about:
    'The parameters are the members of `follows` in the answer of POST /line. Events: lines {lines}, whose id is the ' +
    "place behind them, and of a test's log ended. As plain text: GET /tests/{id}/log?follow=1.",
  group: 'run a test',
  parameters: [
    query('kind', 'Whose log.', { required: true, schema: { type: 'string', enum: ['run', 'board'] } }),
    query('id', 'The test or the board.', { required: true, example: 'T12' }),
    query('after', 'The place it goes on behind.', { schema: { type: 'integer', minimum: 0 } }),
    query('whole', "Of a test: the board's console, not only the program's output.", {
      schema: { type: 'boolean' },
    }),
    query('console', 'Of a board, one of its other consoles.'),
    query('grep', 'Only lines with this text in them.'),
    query('times', 'When each line came.', { schema: { type: 'boolean' } }),
    lastEvent,
  ],
  responses: { 200: { description: 'Events.', content: STREAM } },
  role: 'user',
  example: { path: '/events/log?kind=run&id=T12', options: ['-N'] },
}

const LINE = { type: 'string', description: 'A line of the grammar: run-test socA ./hello -- -v' }
const CONFIRMED = { type: 'boolean', description: 'What a dangerous command asks for: the same as --yes.' }

export const lineOperation: Operation = {
  id: 'line',
  method: 'POST',
  path: '/line',
  summary: 'a line as it is typed, for the command line from anywhere',
  about:
    'What became of the line is in the answer: kind is done, form, confirm or fault, exit the exit status of a ' +
    'command line. started is a topic to wait for at /events, follows what /events/log takes.',
  group: 'run a test',
  parameters: [],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { type: 'object', properties: { line: LINE, confirmed: CONFIRMED }, required: ['line'] },
        example: { line: 'queue' },
      },
      'multipart/form-data': {
        schema: {
          type: 'object',
          description: 'Files beside the line, each part named by its word in the line.',
          properties: { line: LINE, confirmed: CONFIRMED },
          required: ['line'],
          additionalProperties: { type: 'string', contentEncoding: 'binary' },
        },
      },
    },
  },
  responses: {
    200: {
      description: 'The line was heard.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: {
              kind: { type: 'string', enum: ['done', 'form', 'confirm', 'fault'] },
              command: { type: ['string', 'null'] },
              result: { description: "The command's result; null where it was not done." },
              view: { type: 'object', description: 'The card.' },
              started: { type: ['string', 'null'] },
              follows: { type: ['object', 'null'] },
              fault: { type: ['object', 'null'] },
              exit: { type: 'integer', minimum: 0, maximum: 3 },
              timeZone: { type: 'string' },
            },
            required: [
              'kind',
              'command',
              'result',
              'view',
              'started',
              'follows',
              'fault',
              'exit',
              'timeZone',
            ],
          },
        },
      },
    },
  },
  role: 'user',
  example: { path: '/line', options: ['-F', "'line=run-test socA ./hello'", '-F', "'./hello=@./hello'"] },
}
