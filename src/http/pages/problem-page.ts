/** What is not there, to people who followed a link: the same words as a program gets, and the way on. */

import type { Context } from 'koa'
import { answerProblem, type Problem } from '../problem.ts'
import { type Markup, markup } from './markup.ts'
import { answerPage } from './shell.ts'

/** `root`: the way from the page to the endpoint's root. `more`: what is still known of it. */
export function answerProblemPage(ctx: Context, problem: Problem, root: string, more?: Markup): void {
  if (!wantsPage(ctx)) {
    answerProblem(ctx, problem)
    return
  }
  const { status, detail, hint, headers = {} } = problem
  const main = markup`<article class="card tone-warn problem">
<header><h1>${detail}</h1></header>
<p>${hint}</p>
</article>
${more ?? ''}`
  answerPage(ctx, { title: detail, root, main, status })
  ctx.set({ 'Cache-Control': 'no-store', ...headers })
}

/** Browsers say that they want HTML before all else; programs take anything. */
export function wantsPage(ctx: Context): boolean {
  if (!/\btext\/html\b/i.test(ctx.get('Accept'))) return false
  return ctx.accepts('text/html', 'text/plain', 'application/json') === 'text/html'
}
