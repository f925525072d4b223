/** What every page has around what it shows: its head, its policy, the way to the others. */

import type { Context } from 'koa'
import { assetUrl } from './assets.ts'
import { type Markup, markup, textOfMarkup } from './markup.ts'

export type Page = {
  /** Plain text; the lab's name comes behind it. */
  title: string
  /** The way from this page to the endpoint's root: `.` at `/`, `..` at `/artifacts/T12`. Links stay relative, since a proxy may add a path. */
  root: string
  main: Markup
  /** 200 where it is left out. */
  status?: number
  /** Which of the links at the top this page belongs to. */
  place?: 'lab' | 'tests'
  /** Names of assets, beside those that every page has. */
  scripts?: readonly string[]
  styles?: readonly string[]
  /** Where its news come from, as an address from the page (`../live/run/T12`); left out when it stays as it is. */
  live?: string
  /** It changes, and who has no scripts sees it by asking again; left out where `live` says so. */
  changes?: boolean
  /** Directives added to the policy, or put in the place of one: `{ 'worker-src': "'self'" }`. */
  policy?: Readonly<Record<string, string>>
  /** Words on `<body>`, for style sheets: `log`. */
  look?: string
}

const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
}

/** Seconds until a page without scripts asks again. */
const REFRESH_S = 10

/** Answers with the page. Nothing but its own files can be loaded or run by it. */
export function answerPage(ctx: Context, page: Page): void {
  ctx.status = page.status ?? 200
  ctx.vary('Accept')
  ctx.set({ 'Cache-Control': 'no-cache', 'Content-Security-Policy': policyOf(page) })
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = pageHtml(page)
}

/** The whole document. Exported for those that answer it themselves. */
export function pageHtml(page: Page): string {
  const { title, root, main, live, place, look, changes = live !== undefined } = page
  const styles = ['style.css', 'cards.css', 'charts.css', ...(page.styles ?? [])]
  const scripts = ['copy.js', ...(live === undefined ? [] : ['live.js']), ...(page.scripts ?? [])]
  // Without scripts nobody hears news; who has them has no need of it.
  const refresh = changes && markup`<noscript><meta http-equiv="refresh" content="${REFRESH_S}"></noscript>\n`
  const whole = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Boardroom</title>
<link rel="icon" href="${assetUrl(root, 'icon.svg')}">
<script src="${assetUrl(root, 'theme.js')}"></script>
${styles.map(name => markup`<link rel="stylesheet" href="${assetUrl(root, name)}">\n`)}${refresh}${scripts.map(name => markup`<script type="module" src="${assetUrl(root, name)}"></script>\n`)}</head>
<body${look !== undefined && markup` class="${look}"`}>
<header class="top">
<nav aria-label="Pages">${link(root === '.' ? './' : `${root}/`, 'Lab', place === 'lab')}${link(`${root}/artifacts`, 'Tests', place === 'tests')}</nav>
${live !== undefined && markup`<p class="live" id="live" role="status" data-live="${live}"></p>\n`}<button type="button" class="theme" id="theme" title="Light, dark or as the system">Theme</button>
</header>
<main id="main">
${main}
</main>
</body>
</html>
`
  return textOfMarkup(whole)
}

function link(href: string, name: string, isHere: boolean): Markup {
  return markup`<a href="${href}"${isHere && markup` aria-current="page"`}>${name}</a>`
}

function policyOf({ policy = {} }: Page): string {
  return Object.entries({ ...POLICY, ...policy })
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')
}
