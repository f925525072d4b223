/** JSON Schemas of arguments as the API takes them: lengths of time are numbers of seconds too. */

import { type Argument, argumentsOf } from '../../commands/argument.ts'
import { type JsonSchema, schemasOf } from '../../commands/surfaces.ts'
import type { AnyCommand } from '../../commands/types.ts'

export type TakenArgument = Argument & { schema: JsonSchema; about: string }

/** In the order in which they are declared. */
export function takenBy(command: AnyCommand): readonly TakenArgument[] {
  const properties = schemasOf(command).args['properties'] as Record<string, JsonSchema>
  return argumentsOf(command).map(argument => {
    const { description, ...schema } = properties[argument.name] ?? {}
    const about = typeof description === 'string' ? description : argument.meta.label
    return { ...argument, about, schema: argument.meta.duration === true ? duration(schema) : schema }
  })
}

function duration(schema: JsonSchema): JsonSchema {
  return {
    anyOf: [
      { type: 'number', minimum: 0, description: 'Seconds.' },
      { ...schema, description: '90s, 30m, 2h or 1h30m.' },
    ],
  }
}

/** In a query pairs are `env=K=V`, once each. */
export function inQuery({ shape, schema }: TakenArgument): JsonSchema {
  return shape === 'pairs' ? { type: 'array', items: { type: 'string', pattern: '^[A-Za-z_]\\w*=' } } : schema
}

/** As members of an object, each under its own name and under the others that it has. */
export function asObject(
  taken: readonly TakenArgument[],
  names: Readonly<Record<string, string>>,
  more: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  const own = taken.map(({ name, schema, about }) => [name, { description: about, ...schema }] as const)
  const others = Object.entries(names).flatMap(([other, name]) => {
    const argument = taken.find(each => each.name === name)
    return argument === undefined
      ? []
      : [[other, { description: `Another name of ${name}.`, ...argument.schema }] as const]
  })
  const required = taken.filter(argument => argument.required).map(({ name }) => name)
  const aliased = required.filter(name => Object.values(names).includes(name))
  const plain = required.filter(name => !aliased.includes(name))
  const either = aliased.map(name => {
    const all = [name, ...Object.keys(names).filter(other => names[other] === name)]
    return { anyOf: all.map(each => ({ required: [each] })) }
  })
  return {
    type: 'object',
    properties: { ...Object.fromEntries([...own, ...others]), ...more },
    ...(plain.length === 0 ? {} : { required: plain }),
    ...(either.length === 0 ? {} : { allOf: either }),
  }
}
