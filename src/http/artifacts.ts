import type { Context } from 'koa'
import { dateTime, type TimeFrame } from '../cards/words.ts'
import { nearest } from '../commands/nearest.ts'
import { formatId, parseId } from '../ids.ts'
import type { Run } from '../lab/types.ts'
import { answerProblem, notFound, type Problem } from './problem.ts'
import type { Route } from './routes.ts'
import { PAGE_POLICY, runPage } from './run-page.ts'
import { sendFile } from './send-file.ts'
import type { HttpOptions, RunFile } from './types.ts'

type Deps = Pick<HttpOptions, 'lab' | 'files' | 'timeZone' | 'clock' | 'log'>
type Found = { id: string; run: Run | null; files: readonly RunFile[] }

const READ = ['GET', 'HEAD']

/** A run's files: a page or JSON that lists them, and each of them (I2, M7.3). */
export function artifactRoutes(deps: Deps): readonly Route[] {
  return [
    {
      path: '/artifacts/:run',
      methods: READ,
      handle: async (ctx, params) => {
        const found = await find(deps, params['run'] ?? '')
        if ('status' in found) answerProblem(ctx, found)
        else list(ctx, deps, found)
      },
    },
    {
      // What is left of a file's address when its name is taken away.
      path: '/artifacts/:run/',
      methods: READ,
      handle: async (ctx, params) => {
        const found = await find(deps, params['run'] ?? '')
        if ('status' in found) return answerProblem(ctx, found)
        ctx.status = 308
        ctx.redirect(`../${found.id}`)
      },
    },
    {
      path: '/artifacts/:run/:file',
      methods: READ,
      handle: async (ctx, params) => {
        const found = await find(deps, params['run'] ?? '')
        if ('status' in found) return answerProblem(ctx, found)
        ctx.set('Link', `<${deps.lab.link(found.id)}>; rel="up"`)
        await give(ctx, deps, found, params['file'] ?? '')
      },
    },
  ]
}

async function find(deps: Deps, typed: string): Promise<Found | Problem> {
  const leased = parseId('L', typed)
  if (leased !== null) return await findLeased(deps, formatId('L', leased))
  const number = parseId('T', typed)
  if (number === null) return neverWas(deps, typed, null)
  const id = formatId('T', number)
  const removed = wentAway(deps, id)
  if (removed !== null) return removed
  const [run, files] = await Promise.all([deps.lab.run(id), deps.files.list(id)])
  return run === null && files.length === 0 ? neverWas(deps, id, number) : { id, run, files }
}

/** Files that were sent and fetched under a person's lease. */
async function findLeased(deps: Deps, id: string): Promise<Found | Problem> {
  const removed = wentAway(deps, id)
  if (removed !== null) return removed
  const files = await deps.files.list(id)
  if (files.length > 0) return { id, run: null, files }
  return notFound(
    `There are no files of ${id}.`,
    `What is fetched from a leased board is kept here: lease fetch ${id} FILE`,
  )
}

function list(ctx: Context, deps: Deps, { id, run, files }: Found): void {
  ctx.vary('Accept')
  ctx.set('Cache-Control', 'no-cache')
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = { id, state: run?.state ?? null, url: deps.lab.link(id), files: files.map(describe) }
  } else {
    ctx.type = 'html'
    ctx.set('Content-Security-Policy', PAGE_POLICY)
    ctx.body = runPage(id, run, files, frameOf(deps))
  }

  function describe(file: RunFile): object {
    const { name, size, type } = file
    const sha256 = file.sha256 === '' ? null : file.sha256
    const storedAt = new Date(file.storedAt).toISOString()
    return { name, size, sha256, type, storedAt, url: deps.lab.link(id, name) }
  }
}

async function give(ctx: Context, deps: Deps, found: Found, name: string): Promise<void> {
  if (!found.files.some(file => file.name === name)) return answerProblem(ctx, noSuchFile(deps, found, name))
  const held = await deps.files.hold(found.id, name)
  // It went between the list and now.
  if (held === null) return answerProblem(ctx, wentAway(deps, found.id) ?? noSuchFile(deps, found, name))
  try {
    await sendFile(ctx, held, deps.log)
  } finally {
    held.release()
  }
}

/** M7.4: a link to what retention took says so. */
function wentAway(deps: Deps, id: string): Problem | null {
  const gone = deps.files.gone(id)
  if (gone === null) return null
  const day = dateTime(gone.at, frameOf(deps)).slice(0, 10)
  return {
    ...notFound(`${id}'s files were removed on ${day}: ${gone.reason}.`, KEPT),
    code: 'removed',
    more: { removedAt: new Date(gone.at).toISOString(), reason: gone.reason },
  }
}

const KEPT =
  'How long files are kept is set by ARTIFACT_RETENTION_DAYS, how much of them by MAX_DISK_USAGE_GB.'

async function neverWas(deps: Deps, typed: string, number: number | null): Promise<Problem> {
  const newest = (await deps.lab.runs({ limit: 1 }))[0]?.id ?? null
  const latest = newest === null ? null : parseId('T', newest)
  if (number !== null && latest !== null && number <= latest)
    return notFound(`${typed}'s files are no longer here.`, KEPT)
  const known = newest === null ? 'There is none yet.' : `The newest is ${newest}.`
  const hint = `Tests have ids like T12. ${known}`
  return notFound(`There is no test ${JSON.stringify(typed)}.`, hint, newest === null ? [] : [newest])
}

const MOST_NAMES = 10

function noSuchFile(deps: Deps, { id, files }: Found, name: string): Problem {
  const names = files.map(file => file.name)
  const near = nearest(name, names, 3)
  const meant =
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : `It has: ${names.slice(0, MOST_NAMES).join(', ')}.`
  const hint = `${names.length === 0 ? 'It has no files yet.' : meant} See ${deps.lab.link(id)}`
  return notFound(`${id} has no file ${JSON.stringify(name)}.`, hint, near)
}

function frameOf(deps: Deps): TimeFrame {
  return { now: deps.clock.now(), timeZone: deps.timeZone() }
}
