/** Found words are lit in the rows that are in sight, without a change to the rows (CSS Custom Highlight API). */

/**
 * The hit that one stands at is lit differently.
 * @param {readonly { number: number, row: HTMLElement }[]} rows
 * @param {string} words
 * @param {number | null} here
 */
export function lightHits(rows, words, here) {
  if (!('highlights' in CSS)) return
  const sought = words.toLowerCase()
  /** @type {globalThis.Range[]} */
  const ranges = []
  /** @type {globalThis.Range[]} */
  const ofHere = []
  if (sought !== '')
    for (const { number, row } of rows)
      (number === here ? ofHere : ranges).push(...rangesIn(row.querySelector('.text'), sought))
  CSS.highlights.set('log-hit', new Highlight(...ranges))
  CSS.highlights.set('log-here', new Highlight(...ofHere))
}

/**
 * @param {Element | null} place
 * @param {string} sought
 */
function rangesIn(place, sought) {
  /** @type {globalThis.Range[]} */
  const found = []
  const text = place?.textContent?.toLowerCase() ?? ''
  if (place === null || !text.includes(sought)) return found
  const nodes = textNodes(place)
  for (let at = text.indexOf(sought); at !== -1; at = text.indexOf(sought, at + sought.length)) {
    const [start, end] = [placeOf(nodes, at), placeOf(nodes, at + sought.length)]
    if (start === null || end === null) continue
    const range = document.createRange()
    range.setStart(start.node, start.offset)
    range.setEnd(end.node, end.offset)
    found.push(range)
  }
  return found
}

/** @param {Element} place */
function textNodes(place) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
  /** @type {Text[]} */
  const nodes = []
  while (walker.nextNode()) if (walker.currentNode instanceof Text) nodes.push(walker.currentNode)
  return nodes
}

/**
 * @param {readonly Text[]} nodes
 * @param {number} offset
 */
function placeOf(nodes, offset) {
  let left = offset
  for (const node of nodes) {
    if (left <= node.length) return { node, offset: left }
    left -= node.length
  }
  return null
}
