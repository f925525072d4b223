import type { Stage, Verdict } from '../reading/verdict.ts'
import type { WorkFailure } from './types.ts'

const WHERE: Readonly<Record<Stage, string>> = {
  boot: 'before the test had its prompt',
  transfer: 'while the program was being copied',
  run: 'while the program ran',
  idle: 'while nobody used it',
}

/** What a console proves, as what the test ended by. */
export function failureBy(verdict: Verdict, stage: Stage, board: string): WorkFailure {
  const { class: whose, cause, blame, title, proof } = verdict
  const who = stage === 'run' && whose === 'test' ? "The board's kernel" : board
  return {
    failure: { class: whose, cause, blame },
    title,
    message: `${who} reported it ${WHERE[stage]}: ${title}`,
    hint: 'The lines around it are in the log.',
    proof,
  }
}
