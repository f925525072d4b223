/** Scripts and style of the pages, as they are in the source but for the sum of all in what imports name: read once. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Context } from 'koa'
import { answerProblem, notFound } from '../problem.ts'
import type { Route } from '../routes.ts'

/** All there are. A name from a request picks from this map, never from the disk. */
const FILES: Readonly<Record<string, string>> = {
  'address.js': './browser/address.js',
  'cards.css': './cards.css',
  'charts.css': './charts.css',
  'copy.js': './browser/copy.js',
  'icon.svg': './icon.svg',
  'live.js': './browser/live.js',
  'morph.js': './browser/morph.js',
  'log.js': './browser/log.js',
  'log-cases.js': './browser/log-cases.js',
  'log-choice.js': './browser/log-choice.js',
  'log-hits.js': './browser/log-hits.js',
  'log-keys.js': './browser/log-keys.js',
  'log-lines.js': './browser/log-lines.js',
  'log-list.js': './browser/log-list.js',
  'log-live.js': './browser/log-live.js',
  'log-look.js': './browser/log-look.js',
  'log-map.js': './browser/log-map.js',
  'log-parts.js': './browser/log-parts.js',
  'log-range.js': './browser/log-range.js',
  'log-row.js': './browser/log-row.js',
  'log-search.js': './browser/log-search.js',
  'log-state.js': './browser/log-state.js',
  'log-time.js': './browser/log-time.js',
  'log.css': './log.css',
  'log-head.css': './log-head.css',
  'log-frame.css': './log-frame.css',
  'log-colours.css': './log-colours.css',
  'log-rgb.css': './log-rgb.css',
  'stream.js': './browser/stream.js',
  'style.css': './style.css',
  'theme.js': './browser/theme.js',
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

type Asset = { type: string; content: Buffer }

/** `sum`: of all of them together, so that a script's address tells of those that it imports, too. */
type Assets = { sum: string; files: ReadonlyMap<string, Asset> }

let known: Assets | null = null

/** Throws when one of them is missing: that is no lab to start. */
function assets(): Assets {
  known ??= readAll()
  return known
}

function readAll(): Assets {
  const all = Object.entries(FILES).map(
    ([name, path]) => [name, readFileSync(new URL(path, import.meta.url), 'utf8')] as const,
  )
  const sum = createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16)
  return { sum, files: new Map(all.map(([name, text]) => [name, assetOf(name, text, sum)])) }
}

const IMPORTED = /\b(from|import) '(\.\/[a-z-]+\.js)'/g

/** What a script imports is named by the sum like itself: nothing is asked for again with each page. */
function assetOf(name: string, text: string, sum: string): Asset {
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  const content = name.endsWith('.js') ? text.replace(IMPORTED, `$1 '$2?v=${sum}'`) : text
  return { type, content: Buffer.from(content) }
}

/** Address of an asset from a page whose way to the endpoint's root is `root`; a changed file has another one. */
export function assetUrl(root: string, name: string): string {
  const { sum, files } = assets()
  if (!files.has(name)) throw new Error(`there is no asset ${name}: add it to src/http/pages/assets.ts`)
  return `${root}/assets/${name}?v=${sum}`
}

/** `GET /assets/NAME`: kept for ever under the address that pages name it by, asked for again under any other. */
export function assetRoutes(): readonly Route[] {
  assets()
  return [
    {
      path: '/assets/:name',
      methods: ['GET', 'HEAD'],
      // Nothing in them tells of this lab, and a page must look right before its key is typed.
      access: 'anyone',
      handle: (ctx, params) => give(ctx, params['name'] ?? ''),
    },
  ]
}

function give(ctx: Context, name: string): void {
  const { sum, files } = assets()
  const asset = files.get(name)
  if (asset === undefined) {
    const detail = `There is no ${JSON.stringify(name)} among the files of pages.`
    answerProblem(ctx, notFound(detail, 'Load the page again.'))
    return
  }
  const isNamedBySum = ctx.query['v'] === sum
  ctx.set({
    ETag: `"${sum}"`,
    'Cache-Control': isNamedBySum ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  })
  ctx.status = 200
  if (ctx.fresh) {
    ctx.status = 304
  } else {
    ctx.type = asset.type
    ctx.body = asset.content
  }
}
