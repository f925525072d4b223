/** The API below `/api/v1` (I3): made from the command records, with its document and a page to read. */

import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import type { AnyCommand } from '../../commands/types.ts'
import { answerPage } from '../pages/shell.ts'
import type { Route } from '../routes.ts'
import { docsPage } from './docs-page.ts'
import { createIdempotency } from './idempotency.ts'
import { documentOf, HEALTH } from './openapi.ts'
import { atPath, operationOf } from './operation.ts'
import { createResultSchemas } from './result-schemas.ts'
import { type ServeDeps, serve } from './serve.ts'
import type { ApiDeps, ApiRoute, Operation } from './types.ts'

export type { ApiDeps, ApiRoute, Operation } from './types.ts'

const ROOT = '/api/v1'
const READ = ['GET', 'HEAD']

/** All routes of the API, those of `others` among them; one of them each method of a path. */
export function createApi(deps: ApiDeps): readonly Route[] {
  const serving: ServeDeps = { ...deps, idempotency: createIdempotency(deps) }
  const { commands } = deps.dispatcher
  const schemas = createResultSchemas()
  const own = commands.flatMap(command => {
    const operation = operationOf(command, commands, schemas.of(command))
    if (operation === null) return []
    const others = command.http?.also ?? []
    const all = [operation, ...others.map(path => atPath(operation, path))]
    return all.map(each => routeOf(command, each, serving))
  })
  const operations = [...[...own, ...deps.others].map(route => route.operation), HEALTH].sort(byPath)
  const text = JSON.stringify(documentOf(operations, schemas.components(), deps.version))
  return [...own, ...deps.others, documentRoute(text), pageRoute(operations, deps)]
}

function routeOf(command: AnyCommand, operation: Operation, deps: ServeDeps): ApiRoute {
  const { method, path } = operation
  return {
    path: `${ROOT}${path.replace(/\{(\w+)\}/g, ':$1')}`,
    methods: method === 'GET' ? READ : [method],
    access: 'api',
    operation,
    handle: (ctx, params, caller) => serve(ctx, command, params, caller, deps),
  }
}

function documentRoute(text: string): Route {
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 32)
  return {
    path: `${ROOT}/openapi.json`,
    methods: READ,
    access: 'page',
    handle(ctx: Context) {
      ctx.status = 200
      ctx.set({ ETag: `"${sum}"`, 'Cache-Control': 'no-cache' })
      if (ctx.fresh) {
        ctx.status = 304
        return
      }
      ctx.type = 'application/json'
      ctx.body = text
    },
  }
}

function pageRoute(operations: readonly Operation[], { lab, needsKey = false }: ApiDeps): Route {
  return {
    path: `${ROOT}/docs`,
    methods: READ,
    access: 'page',
    handle(ctx: Context) {
      const address = lab.link('T1').replace(/\/artifacts\/T1$/, '')
      answerPage(ctx, {
        title: 'API',
        root: '../..',
        look: 'docs',
        main: docsPage(operations, { address: `${address}${ROOT}`, needsKey }),
      })
    },
  }
}

function byPath(a: Operation, b: Operation): number {
  return a.path === b.path ? (a.method < b.method ? -1 : 1) : a.path < b.path ? -1 : 1
}
