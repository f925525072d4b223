/**
 * The reader's choice of light or dark, for all pages and remembered where the browser lets it be. No module: those run
 * after the first look, and a page must not flash in the other one.
 */
{
  const KEY = 'boardroom.theme'
  const THEMES = ['system', 'light', 'dark']
  const root = document.documentElement
  let theme = kept()

  function kept() {
    try {
      return localStorage.getItem(KEY) ?? 'system'
    } catch {
      // A private window: it is as the system has it until it is pressed.
      return 'system'
    }
  }

  function apply() {
    if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme
    else delete root.dataset['theme']
    const button = document.getElementById('theme')
    if (button !== null) button.textContent = `Theme: ${root.dataset['theme'] ?? 'system'}`
  }

  /** @param {Event} event */
  function turn({ target }) {
    if (!(target instanceof Element) || target.id !== 'theme') return
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
    try {
      localStorage.setItem(KEY, theme)
    } catch {
      // It holds for this page alone.
    }
    apply()
  }

  apply()
  root.classList.add('can-theme')
  document.addEventListener('DOMContentLoaded', apply)
  document.addEventListener('click', turn)
  // Chosen in another window of theirs.
  addEventListener('storage', ({ key }) => {
    if (key !== KEY) return
    theme = kept()
    apply()
  })
}
