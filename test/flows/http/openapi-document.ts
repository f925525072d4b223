/** The OpenAPI document as a program reads it, and whether an answer is what it says. */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

export type Schema = {
  $ref?: string
  type?: string | readonly string[]
  enum?: readonly unknown[]
  anyOf?: readonly Schema[]
  allOf?: readonly Schema[]
  required?: readonly string[]
  items?: Schema
  properties?: Readonly<Record<string, Schema>>
}

export type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }
type Contents = Readonly<Record<string, { schema: Schema; example?: unknown }>>

export type Operation = {
  operationId: string
  parameters?: readonly Parameter[]
  requestBody?: { content: Contents }
  responses: Readonly<Record<string, { $ref?: string; content?: Contents }>>
}

export type Document = {
  openapi: string
  servers: readonly [{ url: string }]
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components: { responses: Readonly<Record<string, { content: Contents }>> }
}

/** One operation and where it is: `POST`, `/tests/{id}/cancel`. */
export type Call = { method: string; path: string; operation: Operation }

/** What came back, its body as text. */
export type Answered = { status: number; type: string; body: string }

export function callsOf({ paths }: Document): readonly Call[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...{ method: method.toUpperCase(), path, operation },
    })),
  )
}

export type Checker = {
  /** What is wrong with an answer to an operation, in a sentence; null when it is as the document says. */
  fault(call: Call, answered: Answered): string | null
}

export function createChecker(document: Document): Checker {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema(document, 'document')
  const compiled = new Map<string, ValidateFunction>()

  function check(place: string, value: unknown): string | null {
    const validate = compiled.get(place) ?? ajv.compile({ $ref: `document#${place}` })
    compiled.set(place, validate)
    return validate(value) ? null : ajv.errorsText(validate.errors)
  }

  return {
    fault({ method, path, operation }, { status, type, body }) {
      const { responses } = operation
      const key = [String(status), `${Math.floor(status / 100)}XX`].find(
        each => responses[each] !== undefined,
      )
      if (key === undefined) return `${status} is not told of`
      const ref = responses[key]?.$ref
      const response =
        ref === undefined ? responses[key] : document.components.responses[ref.split('/')[3] ?? '']
      const place = ref?.slice(1) ?? pointer('paths', path, method.toLowerCase(), 'responses', key)
      const contents = response?.content ?? {}
      const media = type.split(';', 1)[0]?.trim() ?? ''
      if (Object.keys(contents).length === 0) return body === '' ? null : `${status} has a body`
      const schema = contents[media]?.schema
      if (schema === undefined)
        return `${status} is "${type}", not one of ${Object.keys(contents).join(', ')}`
      if (!media.endsWith('json')) return null
      const wrong = check(`${place}${pointer('content', media, 'schema')}`, JSON.parse(body))
      return wrong === null ? null : `${status} ${wrong}`
    },
  }
}

/** RFC 6901, in a fragment. */
function pointer(...words: readonly string[]): string {
  return words
    .map(word => `/${encodeURIComponent(word.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')
}
