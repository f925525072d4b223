/** What is shown made into what was sent, changing only what differs: focus, scroll, selection and open folds stay. */

/** Attributes that belong to whoever looks at the page. */
const OWN = new Set(['open'])

/**
 * @param {Element} shown
 * @param {string} html from this lab; nothing in it is run
 */
export function morph(shown, html) {
  const parsed = new DOMParser().parseFromString(html, 'text/html')
  children(shown, parsed.body)
}

/**
 * @param {Node} shown
 * @param {Node} wanted
 */
function children(shown, wanted) {
  let at = shown.firstChild
  for (const next of [...wanted.childNodes]) {
    const same = at !== null && isSame(at, next) ? at : named(at, next)
    if (same === null) {
      shown.insertBefore(next, at)
      continue
    }
    // What stands between is gone from the page.
    while (at !== null && at !== same) at = removed(at)
    update(same, next)
    at = same.nextSibling
  }
  while (at !== null) at = removed(at)
}

/**
 * @param {ChildNode} node
 * @returns {ChildNode | null} the one after it
 */
function removed(node) {
  const next = node.nextSibling
  node.remove()
  return next
}

/**
 * The node further on that has the name of the wanted one.
 * @param {ChildNode | null} from
 * @param {Node} wanted
 * @returns {ChildNode | null}
 */
function named(from, wanted) {
  if (nameOf(wanted) === null) return null
  for (let each = from; each !== null; each = each.nextSibling) if (isSame(each, wanted)) return each
  return null
}

/**
 * @param {Node} a
 * @param {Node} b
 */
function isSame(a, b) {
  return a.nodeName === b.nodeName && nameOf(a) === nameOf(b)
}

/**
 * Its id; of a fold what it folds; of a row its first cell.
 * @param {Node} node
 * @returns {string | null}
 */
function nameOf(node) {
  if (!(node instanceof Element)) return null
  if (node.id !== '') return node.id
  if (node.nodeName === 'DETAILS') return node.firstElementChild?.textContent ?? null
  if (node.nodeName === 'TR') return node.firstElementChild?.textContent ?? null
  return null
}

/**
 * @param {Node} shown
 * @param {Node} wanted
 */
function update(shown, wanted) {
  if (shown instanceof Element && wanted instanceof Element) {
    attributes(shown, wanted)
    children(shown, wanted)
  } else if (shown.nodeValue !== wanted.nodeValue) {
    shown.nodeValue = wanted.nodeValue
  }
}

/**
 * @param {Element} shown
 * @param {Element} wanted
 */
function attributes(shown, wanted) {
  for (const { name } of [...shown.attributes])
    if (!OWN.has(name) && !wanted.hasAttribute(name)) shown.removeAttribute(name)
  for (const { name, value } of [...wanted.attributes])
    if (!OWN.has(name) && shown.getAttribute(name) !== value) shown.setAttribute(name, value)
}
