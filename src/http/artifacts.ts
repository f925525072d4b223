import type { Context } from 'koa'
import { type FileDeps, type Found, findFiles, noSuchFile, removedProblem } from './found-files.ts'
import { logIsAwaited } from './pages/log/asked.ts'
import { answerLogPage, hasLogPage } from './pages/log/log-page.ts'
import type { LogPageDeps } from './pages/log/types.ts'
import { answerProblemPage, wantsPage } from './pages/problem-page.ts'
import { drawOwner, drawRecord } from './pages/run-page.ts'
import { sectionsHtml } from './pages/sections.ts'
import { answerPage } from './pages/shell.ts'
import { answerProblem, type Problem } from './problem.ts'
import type { Params, Route } from './routes.ts'
import { sendFile } from './send-file.ts'
import type { HttpOptions, RunFile } from './types.ts'

export type ArtifactDeps = FileDeps & Pick<HttpOptions, 'log'> & Pick<LogPageDeps, 'searches'>

const READ = ['GET', 'HEAD']

/** A run's files: a page or JSON that shows them, and each of them, as bytes or as the page of a log (I2, M7.3). */
export function artifactRoutes(deps: ArtifactDeps): readonly Route[] {
  return [
    {
      path: '/artifacts/:run',
      methods: READ,
      access: 'page',
      handle: async (ctx, params) => {
        const found = await findFiles(deps, params['run'] ?? '')
        if ('status' in found) return await answerAbsent(ctx, deps, found, params, '..')
        await show(ctx, deps, found)
      },
    },
    {
      // What is left of a file's address when its name is taken away.
      path: '/artifacts/:run/',
      methods: READ,
      access: 'page',
      handle: async (ctx, params) => {
        const found = await findFiles(deps, params['run'] ?? '')
        if ('status' in found) return await answerAbsent(ctx, deps, found, params, '../..')
        ctx.status = 308
        ctx.redirect(`../${found.id}`)
      },
    },
    {
      path: '/artifacts/:run/:file',
      methods: READ,
      access: 'page',
      handle: async (ctx, params) => {
        // A browser's page and a program's bytes have one address.
        ctx.vary('Accept')
        const found = await findFiles(deps, params['run'] ?? '')
        if ('status' in found) return await answerAbsent(ctx, deps, found, params, '../..')
        ctx.set('Link', `<${deps.lab.link(found.id)}>; rel="up"`)
        await give(ctx, deps, found, params['file'] ?? '')
      },
    },
  ]
}

async function show(ctx: Context, deps: ArtifactDeps, found: Found): Promise<void> {
  ctx.vary('Accept')
  ctx.set('Cache-Control', 'no-cache')
  const { id, run, files } = found
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = { id, state: run?.state ?? null, url: deps.lab.link(id), files: files.map(describe) }
    return
  }
  const { title, sections, final } = await drawOwner(deps, found, '..')
  const live = final ? {} : { live: `../live/run/${id}` }
  answerPage(ctx, { title, root: '..', place: 'tests', main: sectionsHtml(sections), ...live })

  function describe(file: RunFile): object {
    const { name, size, type } = file
    const sha256 = file.sha256 === '' ? null : file.sha256
    const storedAt = new Date(file.storedAt).toISOString()
    return { name, size, sha256, type, storedAt, url: deps.lab.link(id, name) }
  }
}

/** What retention took is still told of, as long as its record is there. */
async function answerAbsent(
  ctx: Context,
  deps: ArtifactDeps,
  problem: Problem,
  params: Params,
  root: string,
): Promise<void> {
  const run = problem.code === 'removed' && wantsPage(ctx) ? await deps.lab.run(idOf(params)) : null
  answerProblemPage(ctx, problem, root, run === null ? undefined : await drawRecord(deps, run, root))
}

function idOf(params: Params): string {
  return (params['run'] ?? '').toUpperCase()
}

async function give(ctx: Context, deps: ArtifactDeps, found: Found, name: string): Promise<void> {
  const file = found.files.find(each => each.name === name)
  const isAwaited = file === undefined && logIsAwaited(found.run, name)
  if (file === undefined && !(isAwaited && wantsLogPage(ctx)))
    return answerProblemPage(ctx, noSuchFile(deps, found, name), '../..')
  if (hasLogPage(name) && wantsLogPage(ctx))
    return await answerLogPage(ctx, deps, { ...found, file: name, files: found.files.map(each => each.name) })
  const held = await deps.files.hold(found.id, name)
  // It went between the list and now.
  if (held === null)
    return answerProblem(ctx, removedProblem(deps, found.id) ?? noSuchFile(deps, found, name))
  try {
    await sendFile(ctx, held, deps.log, { isDownload: 'download' in ctx.query })
  } finally {
    held.release()
  }
}

/** `?raw` and `?download` are for the bytes, and so is a part of them. */
function wantsLogPage(ctx: Context): boolean {
  const { query } = ctx
  return !('raw' in query) && !('download' in query) && ctx.get('Range') === '' && wantsPage(ctx)
}
