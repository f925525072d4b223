import fc from 'fast-check'
import type { Context } from 'koa'
import { expect, test } from 'vitest'
import { answerProblem, type Problem } from '../../src/http/problem.ts'

/** What moves a terminal's cursor, ends a line, or reverses what is read. */
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const ODD = ['\u001b[2J', '\u009b31m', '\u202e', '\u0000', '\u007f', 'a\r\nb', '\u2066', '"', 'socA', '🙂']

/** As Koa would send it to a reader who accepts the first of what is offered that is of this type. */
function sent(problem: Problem, type: string): string {
  const ctx = {
    path: '/api/v1/tests',
    body: '',
    set() {},
    vary() {},
    accepts: (offered: readonly string[]) => offered.find(each => each === type) ?? false,
  }
  answerProblem(ctx as unknown as Context, problem)
  return ctx.body
}

test('P28 whatever a problem is about, nothing of it steers a terminal or reverses what is read', () => {
  const text = fc.oneof(
    fc.array(fc.constantFrom(...ODD)).map(all => all.join('')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, text, text, (detail, hint, field) => {
      const problem = {
        status: 422,
        code: 'input',
        detail,
        hint,
        more: { fields: [{ field, message: detail }] },
      }
      const [json, plain] = [sent(problem, 'application/json'), sent(problem, 'text/plain')]
      for (const whole of [json, plain]) expect(whole).not.toMatch(UNSEEN)
      const said = JSON.parse(json) as { detail: string; hint: string; fields: { field: string }[] }
      for (const each of [said.detail, said.hint, said.fields[0]?.field]) expect(each).not.toMatch(UNSEEN)
    }),
    { numRuns: 300 },
  )
})

test('what is wrong with several arguments stays a line each', () => {
  const problem = { status: 422, code: 'input', detail: 'one\ntwo\u001b[2J', hint: 'three' }
  expect(sent(problem, 'text/plain')).toBe('one\ntwo\nthree\n')
  expect(JSON.parse(sent(problem, 'application/json'))).toMatchObject({ detail: 'one\ntwo', hint: 'three' })
})
