import type { Lab } from '../../../src/lab/lab.ts'

/** How many listen for news of the lab, of those that begin from now on. */
export function countNews(lab: Lab): () => number {
  let count = 0
  const { subscribe } = lab
  lab.subscribe = (topic, listener) => {
    const stop = subscribe(topic, listener)
    let isOn = true
    count++
    return () => {
      if (isOn) count--
      isOn = false
      stop()
    }
  }
  return () => count
}
