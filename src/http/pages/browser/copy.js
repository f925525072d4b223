/** Command lines of a page are copied by a click on what stands beside them. Without a clipboard there is nothing to click. */

const SHOWN_MS = 1_500

if ('clipboard' in navigator) {
  document.documentElement.classList.add('can-copy')
  document.addEventListener('click', event => {
    const button = event.target instanceof Element ? event.target.closest('button.copy') : null
    const line = button?.previousElementSibling?.textContent
    if (button === null || line == null) return
    void copy(button, line)
  })
}

/**
 * @param {Element} button
 * @param {string} line
 */
async function copy(button, line) {
  const said = await navigator.clipboard.writeText(line).then(
    () => 'copied',
    () => 'not copied',
  )
  button.textContent = said
  setTimeout(() => {
    button.textContent = 'copy'
  }, SHOWN_MS)
}
