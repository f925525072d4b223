/**
 * A list of any length in a window of few rows. Rows stand in a layer that stays in sight; where the scroll bar is says
 * which lines they are, so that a log longer than browsers can make an element (Firefox: 17.8 million pixels) scrolls,
 * too: then a pixel of the bar is more than one of the list.
 */

const MOST_PX = 8_000_000
const SPARE_ROWS = 2
const PX_A_LINE = 16

/**
 * `makeRow` makes the row of a line, `onShow` hears which are in sight, `onMove` that the reader moved (back: upward).
 * @param {{ view: HTMLElement, makeRow: (number: number) => HTMLElement, keyOf: (number: number) => unknown,
 *   onShow: (from: number, to: number) => void, onMove: (isBack: boolean) => void }} options
 */
export function createList({ view, makeRow, keyOf, onShow, onMove }) {
  const layer = document.createElement('div')
  layer.className = 'layer'
  const rows = document.createElement('div')
  rows.className = 'log-rows'
  const space = document.createElement('div')
  layer.append(rows)
  view.replaceChildren(layer, space)

  let total = 0
  let rowPx = 18
  /** In pixels of a list that is as long as it is. */
  let top = 0
  /** Where the scroll bar was put by us: what comes from there is no move of the reader's. */
  let put = 0
  let isAtEnd = false
  let isWrapped = false
  let isDue = false
  /** @type {Map<number, { row: HTMLElement, key: unknown }>} */
  let shown = new Map()

  const height = () => view.clientHeight
  const spacePx = () => Math.max(height(), Math.min(MOST_PX, total * rowPx + endPx()))
  /** Wrapped lines are higher than they count: the last may be scrolled up to the top, so that all of it is reached. */
  const endPx = () => (isWrapped ? Math.max(0, height() - rowPx) : 0)
  const mostTop = () => Math.max(0, total * rowPx + endPx() - height())
  const scale = () => mostTop() / Math.max(1, spacePx() - height())

  function measure() {
    rowPx = Number.parseFloat(getComputedStyle(rows).lineHeight) || 18
    layer.style.height = `${height()}px`
    space.style.height = `${spacePx() - height()}px`
    layer.style.marginBottom = '0'
  }

  /** @param {number} to */
  function moveTo(to) {
    top = Math.max(0, Math.min(mostTop(), to))
    view.scrollTop = top / Math.max(scale(), 1e-9)
    put = view.scrollTop
    draw()
  }

  function draw() {
    if (isDue) return
    isDue = true
    requestAnimationFrame(() => {
      isDue = false
      drawNow()
    })
  }

  function drawNow() {
    const fits = Math.ceil(height() / rowPx) + SPARE_ROWS
    const first = isAtEnd
      ? Math.max(0, total - fits)
      : Math.min(Math.floor(top / rowPx), Math.max(0, total - 1))
    const last = Math.min(total, first + fits)
    const next = new Map()
    for (let number = first + 1; number <= last; number++) {
      const key = keyOf(number)
      const old = shown.get(number)
      next.set(number, old !== undefined && old.key === key ? old : { row: makeRow(number), key })
    }
    const now = [...next.values()].map(each => each.row)
    // Those that stay are not touched: what is selected in them stays selected.
    for (const { row } of shown.values()) if (!now.includes(row)) row.remove()
    for (const [at, row] of now.entries())
      if (rows.children[at] !== row) rows.insertBefore(row, rows.children[at] ?? null)
    shown = next
    place(first)
    onShow(first + 1, last)
  }

  /** @param {number} first */
  function place(first) {
    if (isAtEnd) {
      const over = rows.offsetHeight - height()
      rows.style.transform = `translateY(${-Math.max(0, over)}px)`
      if (isWrapped && over > 0) settleAtEnd(first, over)
      return
    }
    const part = top / rowPx - first
    const firstPx = isWrapped ? (rows.firstElementChild?.getBoundingClientRect().height ?? rowPx) : rowPx
    rows.style.transform = `translateY(${-Math.round(part * firstPx)}px)`
  }

  /**
   * The bar is put where the first row in sight is, so that scrolling goes on from what is seen.
   * @param {number} first
   * @param {number} over
   */
  function settleAtEnd(first, over) {
    let above = over
    let at = 0
    for (const row of rows.children) {
      const px = row.getBoundingClientRect().height
      if (px > above) {
        top = (first + at + above / px) * rowPx
        break
      }
      above -= px
      at++
    }
    view.scrollTop = top / Math.max(scale(), 1e-9)
    put = view.scrollTop
  }

  view.addEventListener(
    'scroll',
    () => {
      if (Math.abs(view.scrollTop - put) < 1) return
      const isBack = view.scrollTop < put
      put = view.scrollTop
      top = Math.min(mostTop(), view.scrollTop * scale())
      isAtEnd = false
      onMove(isBack)
      draw()
    },
    { passive: true },
  )
  // Where a pixel of the bar is many of the list, the wheel still moves by what it says.
  view.addEventListener(
    'wheel',
    event => {
      if (scale() <= 1.001 || event.deltaY === 0 || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      moveBy(event.deltaMode === 0 ? event.deltaY : event.deltaY * PX_A_LINE)
    },
    { passive: false },
  )
  new ResizeObserver(() => refresh()).observe(view)

  /** @param {number} px */
  function moveBy(px) {
    isAtEnd = false
    moveTo(top + px)
    onMove(px < 0)
  }

  function refresh() {
    measure()
    if (isAtEnd) toEnd()
    else moveTo(top)
  }

  function toEnd() {
    isAtEnd = true
    moveTo(mostTop())
  }

  return {
    /** @param {number} lines */
    setTotal(lines) {
      const isMore = lines !== total
      total = lines
      if (isMore) refresh()
      else draw()
    },
    /** @param {boolean} wrapped */
    setWrapped(wrapped) {
      isWrapped = wrapped
      refresh()
    },
    draw,
    toEnd,
    moveBy,
    /**
     * Brings a line into sight, a third from the top, unless it is in sight.
     * @param {number} number
     */
    show(number) {
      isAtEnd = false
      const line = (Math.min(Math.max(1, number), Math.max(1, total)) - 1) * rowPx
      const isSeen = line >= top + rowPx && line <= top + height() - 3 * rowPx
      if (!isSeen || isWrapped) moveTo(line - Math.floor(height() / 3 / rowPx) * rowPx)
      else draw()
    },
    /** The row of a line where it is in sight. @param {number} number */
    rowOf: number => shown.get(number)?.row ?? null,
    get rows() {
      return [...shown].map(([number, { row }]) => ({ number, row }))
    },
    /** Lines from and to, as parts of all. */
    get sight() {
      const most = Math.max(1, total * rowPx)
      return {
        from: top / most,
        to: Math.min(1, (top + height()) / most),
        first: Math.floor(top / rowPx) + 1,
      }
    },
    get isAtEnd() {
      return isAtEnd || top >= mostTop() - rowPx / 2
    },
    get page() {
      return Math.max(rowPx, height() - 2 * rowPx)
    },
    get rowPx() {
      return rowPx
    },
  }
}
