/** News of the lab, heard as long as the page is looked at. */

const AGAIN_MS = 5_000

/**
 * `on` has what is done with the data of an event, by its name; `onLost` is called at each attempt that failed.
 * @param {string} url
 * @param {{ on: Readonly<Record<string, (data: string) => void>>, onOpen: () => void, onLost: () => void }} options
 * @returns {() => void} Ends it for good.
 */
export function listen(url, { on, onOpen, onLost }) {
  /** @type {EventSource | null} */
  let source = null
  let isOver = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again

  function close() {
    clearTimeout(again)
    source?.close()
    source = null
  }

  function open() {
    if (isOver || source !== null) return
    const here = new EventSource(url)
    source = here
    here.addEventListener('open', onOpen)
    for (const [name, tell] of Object.entries(on)) here.addEventListener(name, ({ data }) => tell(data))
    here.addEventListener('error', () => {
      onLost()
      // A refusal is not tried again by itself.
      if (here.readyState !== EventSource.CLOSED || source !== here) return
      close()
      again = setTimeout(open, AGAIN_MS)
    })
  }

  // A browser opens six connections to a server, and a page that nobody sees needs none of them.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()))
  addEventListener('pagehide', close)
  addEventListener('pageshow', open)
  if (!document.hidden) open()

  return () => {
    isOver = true
    close()
  }
}
