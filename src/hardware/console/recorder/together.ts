import type { Recorder, RecorderNews } from '../../types.ts'

/**
 * The recorder of the console that the lab works at, with ears for the board's other ones: what their lines give
 * away (a panic on a second UART) is told with its own, and a boot that is expected is expected on all of them. Each is
 * closed by whoever opened it.
 */
export function together(main: Recorder, others: readonly Recorder[]): Recorder {
  if (others.length === 0) return main
  return {
    ...main,
    listen(listener) {
      const stops = [
        main.listen(listener),
        ...others.map(other => other.listen(news => isAboutKernel(news) && listener(news))),
      ]
      return () => {
        for (const stop of stops) stop()
      }
    },
    expectReset(expected) {
      for (const recorder of [main, ...others]) recorder.expectReset(expected)
    },
  }
}

function isAboutKernel({ kind }: RecorderNews): boolean {
  return kind === 'finding' || kind === 'trace'
}
