import { Readable } from 'node:stream'
import { junitReport } from '../cards/junit.ts'
import { isOver } from '../cards/run-words.ts'
import type { Clock } from '../clock.ts'
import { parseId } from '../ids.ts'
import type { Lab } from '../lab/lab.ts'
import { writeJunit } from '../reading/cases/junit-write.ts'
import { TEST_ID } from './api/parameters.ts'
import type { ApiRoute } from './api/types.ts'
import { noTest } from './found-files.ts'
import { answerProblem } from './problem.ts'

export type JunitDeps = { lab: Pick<Lab, 'run' | 'cases' | 'gone' | 'inventory'>; clock: Pick<Clock, 'now'> }

/** `GET /api/v1/tests/T12/junit`: what Jenkins' `junit` step reads, of every test that has ended. */
export function junitRoute({ lab, clock }: JunitDeps): ApiRoute {
  return {
    path: '/api/v1/tests/:id/junit',
    methods: ['GET', 'HEAD'],
    access: 'api',
    async handle(ctx, params) {
      const id = params['id'] ?? ''
      const run = parseId('T', id) === null ? null : await lab.run(id)
      // Its record may outlive its files: a report without its cases would say that nothing failed.
      if (run === null || lab.gone(run.id) !== null) return answerProblem(ctx, noTest({ lab, clock }, id))
      if (!isOver(run.state))
        return answerProblem(ctx, {
          status: 409,
          code: 'not-ended',
          detail: `${run.id} is ${run.state}: its results are not all known yet.`,
          hint: `Wait for its end: GET /api/v1/tests/${run.id}/status?wait=60`,
        })
      const report = junitReport(run, await lab.cases(run))
      ctx.type = 'application/xml'
      ctx.set({ 'Cache-Control': 'no-cache', 'Content-Disposition': `attachment; filename="${run.id}.xml"` })
      ctx.body = Readable.from(writeJunit(report, run.id))
    },
    operation: {
      id: 'testJunit',
      method: 'GET',
      path: '/tests/{id}/junit',
      summary: 'the results of a test as JUnit XML',
      about: 'The test itself is a case, and each of its test cases. Status 409 while it goes on.',
      group: 'run a test',
      parameters: [TEST_ID],
      responses: {
        200: { description: 'JUnit XML.', content: { 'application/xml': { schema: { type: 'string' } } } },
      },
      role: 'user',
      example: { path: '/tests/T12/junit', options: ['-o', 'results.xml'] },
    },
  }
}
