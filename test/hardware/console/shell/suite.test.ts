import { consoleSuite } from '../../../suites/console.ts'
import { openPtyBoard, type PtyBoardOptions, SHELLS, shellOn } from './pty-board.ts'

function suite(name: string, options: PtyBoardOptions): void {
  consoleSuite(name, async () => {
    const board = await openPtyBoard(options)
    return { shell: shellOn(board), recorder: board.recorder, close: board.close }
  })
}

// The simulated board shows dash on a quiet line.
for (const shell of SHELLS.filter(each => each !== 'dash')) suite(`${shell} on a pseudo-terminal`, { shell })
suite('dash with a kernel line spliced in every 150 bytes', { shell: 'dash', faults: { noiseEvery: 150 } })
