/** The log page: its parts put together. Without this script the page shows the lines that the lab put into it. */

import { addressOf } from './address.js'
import { filterCases, settleCases } from './log-cases.js'
import { createChoice } from './log-choice.js'
import { lightHits } from './log-hits.js'
import { bindKeys, showHelp } from './log-keys.js'
import { createLines } from './log-lines.js'
import { createList } from './log-list.js'
import { followLog } from './log-live.js'
import { keepLikes, likes } from './log-look.js'
import { createMap } from './log-map.js'
import { byId, createFrame, numberWords, sizeWords } from './log-parts.js'
import { makeRow, textOf } from './log-row.js'
import { createSearch } from './log-search.js'
import { tellEnded, tellLater, tellState } from './log-state.js'
import { createTimes, TIME_MODES } from './log-time.js'

/** @import { Facts } from './log-parts.js' */

const page = byId('log')
/** @type {Facts} */
const facts = JSON.parse(page.dataset['log'] ?? '{}')
const base = addressOf(facts.base)
const { view, canvas, hint, note, fault } = createFrame(page, facts.file)
document.documentElement.classList.add('js')

const times = createTimes(facts.timeZone)
let like = likes()
/** @type {number | null} */
let start = null
/** Rows made before anything of this changed are made again. */
let edition = 0
let isFollowing = !facts.isOver && location.hash === ''
let seenLines = facts.size.lines

const lines = createLines({
  base,
  size: facts.size,
  onCome: () => list.draw(),
  onFail: words => {
    fault.hidden = words === null
    fault.textContent = words ?? ''
  },
})

const list = createList({
  view,
  keyOf: number => lines.get(number) ?? edition,
  makeRow: rowOf,
  onShow(from, to) {
    lines.want(from, to)
    for (const { number, row } of list.rows) decorate(number, row)
    lightHits(list.rows, search.words, search.line)
    drawMap()
    tellFollow()
    view.classList.toggle('is-empty', lines.size.lines === 0)
  },
  onMove(isBack) {
    if (isBack) setFollow(false)
  },
})

const map = createMap(canvas, part => {
  setFollow(false)
  list.show(Math.round(part * lines.size.lines) + 1)
})

const search = createSearch({
  base,
  form: /** @type {HTMLFormElement} */ (byId('find')),
  input: /** @type {HTMLInputElement} */ (byId('words')),
  told: byId('hits'),
  sight: () => list.sight.first,
  whole: () => lines.size.whole,
  go: goTo,
  onChange: () => list.draw(),
})

const choice = createChoice({
  note,
  load: async (from, count) => (await lines.load(from, count)).shown.map(textOf),
  onChange: () => list.draw(),
  go: goTo,
})

/** @param {number} number */
function rowOf(number) {
  const line = lines.get(number)
  const time = line === null ? '' : times.words(line.t, like.time, start)
  return makeRow(number, line, { time, hint: line === null ? '' : times.hint(line.t), look: '', title: '' })
}

/**
 * What changes while a row stays.
 * @param {number} number
 * @param {HTMLElement} row
 */
function decorate(number, row) {
  const mark = facts.marks.find(each => number >= each.from && number <= each.to)
  const { range } = choice
  const looks = ['row']
  if (mark !== undefined) looks.push(`mark-${mark.kind}`)
  if (range !== null && number >= range.from && number <= range.to) looks.push('chosen')
  if (search.isHit(number)) looks.push('hit')
  if (search.line === number) looks.push('here')
  if (lines.get(number) === null) looks.push('waits')
  const look = looks.join(' ')
  if (row.className !== look) row.className = look
  if (mark !== undefined && row.title !== mark.title) row.title = mark.title
}

function drawMap() {
  map.draw({ total: lines.size.lines, sight: list.sight, marks: facts.marks, hits: search.hits })
}

/** @param {number} line */
function goTo(line) {
  setFollow(false)
  list.show(line)
}

// ---- following ------------------------------------------------------------------------------------------------

/** @param {boolean} on */
function setFollow(on) {
  isFollowing = on && !facts.isOver
  if (on) list.toEnd()
  tellFollow()
}

function tellFollow() {
  const { lines: total } = lines.size
  if (isFollowing || list.isAtEnd) seenLines = total
  const more = total - seenLines
  hint.hidden = more <= 0
  if (more > 0) hint.textContent = `${numberWords(more)} new ${more === 1 ? 'line' : 'lines'} ↓`
  const button = byId('follow')
  button.hidden = facts.isOver
  button.ariaPressed = String(isFollowing)
}

/** @param {import('./log-live.js').News} news */
function onNews(news) {
  const { word, tone, name, later, isOver, ...size } = news
  lines.grow(size)
  list.setTotal(size.lines)
  if (isFollowing) list.toEnd()
  byId('size').textContent = sizeWords(size)
  tellState(facts.file, { name, word, tone })
  if (later !== null) tellLater(later)
  search.grow()
  if (!isOver) return tellFollow()
  facts.isOver = true
  isFollowing = false
  tellFollow()
  void showEnd()
}

/** The reader stays where he is. */
async function showEnd() {
  tellEmpty()
  const ended = await tellEnded()
  if (ended === null) return
  facts.marks = ended.marks
  facts.focus = ended.focus
  settleCases()
  list.draw()
}

function tellEmpty() {
  view.dataset['empty'] = facts.isOver ? 'Nothing was printed.' : 'Nothing was printed yet.'
}

// ---- how it looks ---------------------------------------------------------------------------------------------

function applyLike() {
  page.classList.toggle('wrap', like.wrap)
  page.dataset['time'] = like.time
  byId('wrap').ariaPressed = String(like.wrap)
  byId('times').textContent = { clock: 'Time: clock', start: 'Time: from start', none: 'Time: none' }[
    like.time
  ]
  if (like.time === 'start' && start === null) void knowStart()
  edition += 1
  remakeRows()
  list.setWrapped(like.wrap)
}

async function knowStart() {
  const first = (await lines.load(1, 1)).shown[0]
  if (first === undefined) return
  start = first.t
  remakeRows()
}

/** Times stand in all rows: those in sight get theirs anew. */
function remakeRows() {
  for (const { number, row } of list.rows) {
    const line = lines.get(number)
    const time = row.querySelector('time')
    if (line !== null && time !== null) time.textContent = times.words(line.t, like.time, start)
  }
  list.draw()
}

function nextTime() {
  const at = TIME_MODES.indexOf(like.time)
  like = { ...like, time: TIME_MODES[(at + 1) % TIME_MODES.length] ?? 'clock' }
  keepLikes(like)
  applyLike()
}

function turnWrap() {
  like = { ...like, wrap: !like.wrap }
  keepLikes(like)
  applyLike()
}

function toVerdict() {
  const line = facts.focus
  if (line !== null) goTo(line)
}

// ---- what is pressed ------------------------------------------------------------------------------------------

view.addEventListener('click', event => {
  const link = event.target instanceof Element ? event.target.closest('a.num') : null
  if (link === null || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  // Shift would select the text in between.
  getSelection()?.removeAllRanges()
  choice.pick(Number(link.textContent), event.shiftKey)
})
view.addEventListener('mousedown', event => {
  if (event.shiftKey && event.target instanceof Element && event.target.closest('a.num') !== null)
    event.preventDefault()
})
byId('follow').addEventListener('click', () => setFollow(!isFollowing))
hint.addEventListener('click', () => setFollow(true))
byId('times').addEventListener('click', nextTime)
byId('wrap').addEventListener('click', turnWrap)
byId('help').addEventListener('click', showHelp)
byId('hit-next').addEventListener('click', () => search.step(1))
byId('hit-before').addEventListener('click', () => search.step(-1))
// The strip is painted in the colours of its ground.
new MutationObserver(drawMap).observe(document.documentElement, { attributeFilter: ['data-theme'] })
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawMap)
page.addEventListener('change', filterCases)
settleCases()

bindKeys({
  '/': () => /** @type {HTMLInputElement} */ (byId('words')).select(),
  n: () => search.step(1),
  N: () => search.step(-1),
  g: () => goTo(1),
  Home: () => goTo(1),
  G: () => setFollow(true),
  End: () => setFollow(true),
  j: () => list.moveBy(list.rowPx),
  ArrowDown: () => list.moveBy(list.rowPx),
  k: () => list.moveBy(-list.rowPx),
  ArrowUp: () => list.moveBy(-list.rowPx),
  ' ': () => list.moveBy(list.page),
  PageDown: () => list.moveBy(list.page),
  'Shift+Space': () => list.moveBy(-list.page),
  PageUp: () => list.moveBy(-list.page),
  v: toVerdict,
  f: () => setFollow(!isFollowing),
  t: nextTime,
  w: turnWrap,
  x: () => choice.pick(search.line ?? list.sight.first, false),
  X: () => choice.pick(search.line ?? list.sight.first, true),
  c: () => void choice.copy(),
  '?': showHelp,
  Escape: () => {
    const focused = document.activeElement
    if (focused instanceof HTMLInputElement) focused.blur()
    else if (choice.range !== null) choice.none()
    else search.clear()
  },
})

// ---- the first look -------------------------------------------------------------------------------------------

applyLike()
tellEmpty()
byId('size').textContent = sizeWords(facts.size)
list.setTotal(lines.size.lines)
const asked = new URLSearchParams(location.search)
if (choice.range !== null) list.show(choice.range.from)
else if (asked.get('from') !== null) list.show(Number(asked.get('from')))
else if (isFollowing || facts.focus === null) list.toEnd()
else list.show(facts.focus)
if (asked.get('q')) search.look(asked.get('q') ?? '')
tellFollow()
if (!facts.isOver) followLog(base, onNews, isLost => page.classList.toggle('lost', isLost))
