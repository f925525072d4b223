/** The OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1), from what the routes say about themselves. */

import type { JsonSchema } from '../../commands/surfaces.ts'
import type { Operation, Parameter } from './types.ts'

const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'hint'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, with values.' },
    code: { type: 'string', description: 'Of the fault, the same as in chat: queue-full.' },
    hint: { type: 'string', description: 'What to do next.' },
    class: { type: 'string', enum: ['test', 'infrastructure', 'input', 'cancelled', 'timeout'] },
    fields: {
      type: 'array',
      description: 'Everything wrong with the arguments, at once.',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
    reference: { type: 'string', description: 'An admin finds it in the audit by this.' },
  },
}

const PROBLEM_RESPONSE = {
  description: 'It was not done, or not as it was asked for: what happened, and what to do next.',
  headers: {
    'Retry-After': { description: 'With 429 and 503: seconds.', schema: { type: 'integer' } },
  },
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
      example: {
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: 'There is no family "scoA". Did you mean socA? Families: socA, socB.',
        code: 'not-found',
        hint: 'See what there is: boards. How it is typed: help run-test',
        class: 'input',
        fields: [{ field: 'family', message: 'There is no family "scoA". Did you mean socA?' }],
      },
    },
    'text/plain': {
      schema: {
        type: 'string',
        description: 'For who accepts text alone: what happened, and what to do next.',
      },
    },
  },
} as const

export const HEALTH: Operation = {
  id: 'health',
  method: 'GET',
  path: '/health',
  summary: 'whether this process is well; 503 when it should be taken out',
  group: 'see the lab',
  parameters: [],
  responses: {
    200: {
      description: 'Well, or well enough.',
      content: {
        'application/json': {
          schema: { type: 'object', required: ['status'], properties: { status: { type: 'string' } } },
        },
      },
    },
  },
  role: 'user',
  example: { path: '/health', options: [] },
}

export type Document = Readonly<Record<string, unknown>>

export function documentOf(
  operations: readonly Operation[],
  schemas: Readonly<Record<string, JsonSchema>>,
  version: string,
): Document {
  const byPath = Map.groupBy(operations, operation => operation.path)
  return {
    openapi: '3.1.1',
    info: {
      title: 'Boardroom',
      version,
      description:
        'A lab of boards: tests, leases, power. The same commands as in chat, with the same words for errors.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Relative to where the document is: a proxy may add a path.
    servers: [{ url: '../v1' }],
    tags: [...new Set(operations.map(({ group }) => group))].map(name => ({ name })),
    security: [{ key: [] }, {}],
    paths: Object.fromEntries(
      [...byPath].map(([path, all]) => [
        path,
        Object.fromEntries(all.map(each => [each.method.toLowerCase(), operationJson(each)])),
      ]),
    ),
    components: {
      schemas: { ...schemas, Problem: PROBLEM },
      responses: { Problem: PROBLEM_RESPONSE },
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A key of API_KEYS. Without keys, this machine and TRUSTED_NETWORKS may call without one.',
        },
      },
    },
  }
}

function operationJson(operation: Operation): object {
  const { id, summary, about, group, parameters, requestBody, responses, role, orHolder, command } = operation
  const whom = `For the role ${role}${orHolder === true ? ', or who holds the board' : ''}.`
  const typed = command === undefined ? '' : ` As typed: \`${command}\``
  return {
    operationId: id,
    summary,
    description: `${about === undefined ? '' : `${about} `}${whom}${typed}`,
    tags: [group],
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterJson) }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      ...responses,
      '4XX': { $ref: '#/components/responses/Problem' },
      '5XX': { $ref: '#/components/responses/Problem' },
    },
  }
}

function parameterJson({ name, in: where, description, required, schema, example }: Parameter): object {
  return { name, in: where, description, required, schema, ...(example === undefined ? {} : { example }) }
}
