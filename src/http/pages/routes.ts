/** Everything that a person's browser asks for: the lab, tests and their files, logs, and what these need. */

import { artifactRoutes } from '../artifacts.ts'
import { findFiles } from '../found-files.ts'
import type { Streams } from '../live/streams.ts'
import { answerProblem } from '../problem.ts'
import type { Route } from '../routes.ts'
import { answerArtifacts } from './artifacts-page.ts'
import { assetRoutes } from './assets.ts'
import { drawLab, LAB_TOPICS } from './lab-page.ts'
import { createLivePages } from './live.ts'
import { logRoutes } from './log/data.ts'
import { createSearches } from './log/searches.ts'
import type { PageDeps } from './page-deps.ts'
import { drawOwner } from './run-page.ts'
import { sectionsHtml } from './sections.ts'
import { answerPage } from './shell.ts'

const READ = ['GET', 'HEAD']

export function pageRoutes(deps: PageDeps & { streams: Streams }): readonly Route[] {
  const live = createLivePages(deps)
  const searches = createSearches()
  return [
    ...assetRoutes(),
    ...artifactRoutes({ ...deps, searches }),
    ...logRoutes({ ...deps, searches }),
    {
      path: '/',
      methods: READ,
      access: 'page',
      handle: async ctx => {
        const { title, sections } = await drawLab(deps, '.')
        answerPage(ctx, { title, root: '.', place: 'lab', live: 'live/lab', main: sectionsHtml(sections) })
      },
    },
    {
      path: '/artifacts',
      methods: READ,
      access: 'page',
      handle: async ctx => await answerArtifacts(ctx, deps),
    },
    {
      // What is left of a test's address when its id is taken away.
      path: '/artifacts/',
      methods: READ,
      access: 'page',
      handle(ctx) {
        ctx.status = 308
        ctx.redirect('../artifacts')
      },
    },
    {
      path: '/live/lab',
      methods: ['GET'],
      access: 'page',
      handle: ctx => live.follow(ctx, { key: 'lab', topics: LAB_TOPICS, draw: () => drawLab(deps, '.') }),
    },
    {
      path: '/live/run/:run',
      methods: ['GET'],
      access: 'page',
      handle: async (ctx, params) => {
        const found = await findFiles(deps, params['run'] ?? '')
        if ('status' in found) return answerProblem(ctx, found)
        const { id } = found
        live.follow(ctx, {
          key: `run/${id}`,
          topics: [`run/${id}`],
          draw: async () => {
            const now = await findFiles(deps, id)
            return 'status' in now ? null : await drawOwner(deps, now, '..')
          },
        })
      },
    },
  ]
}
