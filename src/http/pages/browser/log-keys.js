/** Keys of the log page, and the table that tells them. */

/** @type {readonly [keys: string, what: string][]} */
const TABLE = [
  ['/', 'find in this log'],
  ['n  N', 'next hit, hit before'],
  ['g  G', 'first line, last line'],
  ['j  k', 'a line down, a line up'],
  ['Space  Shift+Space', 'a page down, a page up'],
  ['v', 'to what the test ended by'],
  ['f', 'follow the end'],
  ['t', 'time: clock, since the start, none'],
  ['w', 'wrap long lines'],
  ['x  X', 'choose the hit or the top line, all lines up to it'],
  ['c', 'copy the chosen lines'],
  ['Esc', 'leave the search, choose nothing, find nothing'],
  ['?', 'this table'],
]

/**
 * @param {Readonly<Record<string, () => void>>} actions By key, as the event names it.
 */
export function bindKeys(actions) {
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target instanceof Element ? event.target : null
    const isTyping = target?.matches('input:not([type=checkbox]), textarea, select') ?? false
    if (isTyping && event.key !== 'Escape') return
    if (document.querySelector('dialog[open]') !== null) return
    // A button that has the focus is pressed by these.
    if (target?.matches('button, a, summary, input') === true && (event.key === ' ' || event.key === 'Enter'))
      return
    const key = event.key === ' ' && event.shiftKey ? 'Shift+Space' : event.key
    const action = Object.hasOwn(actions, key) ? actions[key] : undefined
    if (action === undefined) return
    event.preventDefault()
    action()
  })
}

export function showHelp() {
  const dialog = document.createElement('dialog')
  dialog.className = 'log-help'
  dialog.setAttribute('aria-label', 'Keys')
  const list = document.createElement('dl')
  for (const [keys, what] of TABLE) {
    const name = document.createElement('dt')
    for (const key of keys.split('  ')) {
      const cap = document.createElement('kbd')
      cap.textContent = key
      name.append(cap, ' ')
    }
    const words = document.createElement('dd')
    words.textContent = what
    list.append(name, words)
  }
  const note = document.createElement('p')
  note.textContent =
    'A click on a number chooses its line, one with Shift all lines up to it; the address names them.'
  const close = document.createElement('button')
  close.textContent = 'Close'
  close.addEventListener('click', () => dialog.close())
  dialog.append(list, note, close)
  dialog.addEventListener('close', () => dialog.remove())
  dialog.addEventListener('click', event => {
    if (event.target === dialog) dialog.close()
  })
  document.body.append(dialog)
  dialog.showModal()
}
