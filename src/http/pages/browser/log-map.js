/** The whole log as a strip beside it: where its marks and hits are, and what of it is in sight. A click goes there. */

/** @typedef {{ from: number, to: number, kind: string }} Mark */

const LEAST_PX = 3
const HIT_PX = 2

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(part: number) => void} go
 */
export function createMap(canvas, go) {
  let isDown = false
  /** @param {PointerEvent} event */
  const follow = event => {
    const box = canvas.getBoundingClientRect()
    go(Math.max(0, Math.min(1, (event.clientY - box.top) / box.height)))
  }
  canvas.addEventListener('pointerdown', event => {
    isDown = true
    canvas.setPointerCapture(event.pointerId)
    follow(event)
  })
  canvas.addEventListener('pointermove', event => {
    if (isDown) follow(event)
  })
  canvas.addEventListener('pointerup', () => {
    isDown = false
  })

  return {
    /** @param {{ total: number, sight: { from: number, to: number }, marks: readonly Mark[], hits: readonly number[] }} what */
    draw({ total, sight, marks, hits }) {
      const ratio = globalThis.devicePixelRatio || 1
      const [width, height] = [canvas.clientWidth, canvas.clientHeight]
      if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
      if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio)
      const context = canvas.getContext('2d')
      if (context === null || total === 0) return
      const style = getComputedStyle(canvas)
      const colour = (/** @type {string} */ name) => style.getPropertyValue(name)
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      context.clearRect(0, 0, width, height)
      context.fillStyle = colour('--map-sight')
      context.fillRect(0, sight.from * height, width, Math.max(8, (sight.to - sight.from) * height))
      const y = (/** @type {number} */ line) => ((line - 1) / total) * height
      context.fillStyle = colour('--map-hit')
      let last = -HIT_PX
      for (const line of hits) {
        // Ten thousand hits are no more than the strip has pixels.
        if (y(line) - last < 1) continue
        last = y(line)
        context.fillRect(width / 2, last, width / 2, HIT_PX)
      }
      for (const { from, to, kind } of marks) {
        context.fillStyle = colour(kind === 'told' ? '--map-told' : '--map-bad')
        context.fillRect(0, y(from), width, Math.max(LEAST_PX, y(to) - y(from)))
      }
    },
  }
}
