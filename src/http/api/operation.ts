/** What the OpenAPI document says of a command, from its record alone. */

import { usage } from '../../commands/argument.ts'
import type { JsonSchema } from '../../commands/surfaces.ts'
import type { AnyCommand } from '../../commands/types.ts'
import { asObject, inQuery, type TakenArgument, takenBy } from './argument-schemas.ts'
import { exampleOf } from './example.ts'
import { canWait, LONGEST_WAIT_S } from './extras.ts'
import type { Contents, Operation, Parameter } from './types.ts'

const CONFIRM = {
  type: 'boolean',
  description: 'Says yes to what a person would be asked; without it such a request is answered 409.',
} as const

/** Null for a command that has no route. */
export function operationOf(
  command: AnyCommand,
  commands: readonly AnyCommand[],
  result: JsonSchema,
): Operation | null {
  const { http } = command
  if (http === undefined) return null
  const { method, path, status } = http
  const taken = takenBy(command)
  const inPath = taken.filter(({ name }) => path.includes(`{${name}}`))
  const others = taken.filter(argument => !inPath.includes(argument))
  const isRead = method === 'GET'
  const example = exampleOf(command, commands)
  const body = isRead ? undefined : bodyOf(command, others, example?.body)
  return {
    id: idOf(command.name),
    method,
    path,
    summary: command.summary,
    group: command.group,
    parameters: [
      ...inPath.map(argument => parameter(argument, 'path', example?.values)),
      ...(isRead ? others.map(argument => parameter(argument, 'query', example?.values)) : []),
      ...(body?.content['application/octet-stream'] === undefined ? [] : rawParameters(others)),
      ...(canWait(command) ? [WAIT] : []),
      ...(isRead || command.private === true ? [] : [KEY]),
    ],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { [status]: { description: 'Done.', content: contentOf(command, taken, result) } },
    role: command.role,
    ...(command.orHolder === undefined ? {} : { orHolder: command.orHolder }),
    command: usage(command),
    ...(example === null ? {} : { example: { path: example.path, options: example.options } }),
  }
}

/** The same at another path, by an id made from that. */
export function atPath(operation: Operation, path: string): Operation {
  const words = path.slice(1).replace(/\/\{\w+\}/g, '')
  const { example, ...rest } = operation
  const moved = example === undefined ? {} : { example: { ...example, path: movedTo(path, operation) } }
  return { ...rest, id: idOf(words.replaceAll('/', ' ')), path, ...moved }
}

function movedTo(path: string, { parameters }: Operation): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = parameters.find(each => each.name === name)?.example
    return encodeURIComponent(typeof value === 'string' ? value : name)
  })
}

/** `tests show` is `testsShow`. */
function idOf(name: string): string {
  return name.replace(/[ -]([a-z])/g, (_all, letter: string) => letter.toUpperCase())
}

function parameter(
  argument: TakenArgument,
  where: 'path' | 'query',
  values: Readonly<Record<string, unknown>> = {},
): Parameter {
  const { name, about, required } = argument
  const value = values[name]
  return {
    name,
    in: where,
    description: about,
    required: where === 'path' || required,
    schema: inQuery(argument),
    ...(value === undefined ? {} : { example: value }),
  }
}

const WAIT: Parameter = {
  name: 'wait',
  in: 'query',
  description: 'Seconds that the answer may wait for the end of what it is about.',
  required: false,
  schema: { type: 'integer', minimum: 0, maximum: LONGEST_WAIT_S },
}

const KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The same request under the same key has one effect, for a day: send it again after a lost answer.',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 202 },
}

/** What stands in the query where the body is the file itself. */
function rawParameters(others: readonly TakenArgument[]): readonly Parameter[] {
  const about = (text: string): string => `${text} For a body that is the file itself.`
  const named: Parameter = {
    name: 'name',
    in: 'query',
    description: about('Name of the file.'),
    required: false,
    schema: { type: 'string' },
  }
  const rest = others.filter(({ meta }) => meta.file !== true)
  return [
    named,
    ...rest.map(argument => {
      const one = parameter(argument, 'query')
      return { ...one, required: false, description: about(one.description) }
    }),
  ]
}

function bodyOf(
  command: AnyCommand,
  others: readonly TakenArgument[],
  example: unknown,
): Operation['requestBody'] | undefined {
  const { danger, http } = command
  const more = danger === undefined ? {} : { confirm: CONFIRM }
  if (others.length === 0 && danger === undefined) return undefined
  const schema = asObject(others, http?.names ?? {}, more)
  const file = others.find(({ meta }) => meta.file === true)
  const content: Record<string, Contents[string]> = {
    'application/json': { schema, ...(example === undefined ? {} : { example }) },
  }
  if (file !== undefined) {
    const part = { type: 'string', contentMediaType: 'application/octet-stream', description: file.about }
    const properties = { ...(schema['properties'] as object), [file.name]: part }
    content['multipart/form-data'] = { schema: { ...schema, properties } }
    content['application/octet-stream'] = { schema: {} }
  }
  return { required: others.some(argument => argument.required), content }
}

function contentOf(command: AnyCommand, taken: readonly TakenArgument[], result: JsonSchema): Contents {
  const isFollowed = command.follows !== undefined && taken.some(({ name }) => name === 'follow')
  return {
    'application/json': { schema: result },
    ...(isFollowed
      ? {
          'text/plain': {
            schema: {
              type: 'string',
              description: 'With follow=1: lines as they come; cut, not ended, where the bot stops.',
            },
          },
        }
      : {}),
  }
}
