import { NotFoundError, StaleError } from '../../../src/errors.ts'
import type { Transfer } from '../../../src/lab/types.ts'
import {
  aLog,
  createLabPort,
  type LabPort,
  makeBoard,
  makeLease,
  makePower,
  makeRun,
  NOON,
  person,
} from '../../commands/lab-port.ts'

/** A lab that knows T1, L7 and its boards, and does what it is asked with them. */
export function createBusyLab(): LabPort {
  const known = (id: string): void => {
    if (id !== 'T1') throw new NotFoundError(`There is no test ${id}.`, { hint: 'tests' })
  }
  const word = (board: string) => ({
    board,
    console: null,
    lease: null,
    person: person('mei'),
    address: { host: 'lab', port: 7012 },
    word: 'secret-word',
    until: NOON,
    consoles: [],
  })
  const lab = createLabPort({
    run: async id => (id === 'T1' ? makeRun({ id: 'T1', state: 'passed' }) : null),
    log: async () => aLog(['one', 'two']),
    lease: id => (id === 'L7' ? makeLease({ id }) : null),
    lend: async ({ target }) => makeLease({ id: 'L8', wanted: target }),
    extend: async id => makeLease({ id }),
    release: async id => makeLease({ id, state: 'released' }),
    cancel: async id => {
      known(id)
      throw new StaleError('T1 is passed already.', { hint: 'tests show T1' })
    },
    move: async id => makeRun({ id }),
    rerun: async (id, submitter, origin) => {
      known(id)
      return makeRun({ id: 'T2', submitter, origin })
    },
    compare: async () => {
      throw new NotFoundError('T1 has no cases.', { hint: 'tests show T1' })
    },
    sendFile: async () => aTransfer(),
    fetchFiles: async () => aTransfer(),
    cancelTransfer: async () => aTransfer(),
    transfer: async () => null,
    maintain: async id => makeBoard(id),
    check: async id => makeBoard(id),
    power: async (board, action) => makePower({ board, action }),
    acknowledge: async () => {
      throw new NotFoundError('There is no alert A5 any more.', { hint: 'alerts' })
    },
  })
  Object.assign(lab.consoles, {
    typingWord: () => word('soc-b-001'),
    watchingWord: (board: string) => word(board),
  })
  return lab
}

function aTransfer(): Transfer {
  return {
    id: 'L7.1',
    rev: 1,
    board: 'soc-b-001',
    by: person('mei'),
    startedAt: NOON,
    endedAt: null,
    what: { kind: 'fetch', patterns: ['x'] },
    copied: null,
    collected: null,
    files: [],
    failure: null,
    message: null,
    hint: null,
  }
}
