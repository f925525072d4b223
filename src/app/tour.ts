import { InputError } from '../errors.ts'

/** A step of the tour: lines to type, and what must be seen. */
export type Step = {
  heading: string
  lines: readonly string[]
  seen: readonly string[]
  unseen: readonly string[]
  exit: number
}

export type Played = { output: string; exit: number }

type Draft = { heading: string; lines: string[]; seen: string[]; unseen: string[]; exit: number }

/** Reads a tour script (its form is described at the top of demo/tour.txt). Throws InputError with the line that is wrong. */
export function parseTour(text: string): readonly Step[] {
  const steps: Draft[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd()
    const step = steps.at(-1)
    if (line.startsWith('## '))
      steps.push({ heading: line.slice(3), lines: [], seen: [], unseen: [], exit: 0 })
    else if (line === '' || line.startsWith('#')) continue
    else if (step === undefined) throw wrong(index, line, 'stands before the first step')
    else if (line.startsWith('> ')) step.lines.push(line.slice(2))
    else if (line.startsWith('<! ')) step.unseen.push(line.slice(3))
    else if (line.startsWith('< ')) step.seen.push(line.slice(2))
    else if (/^exit [0-3]$/.test(line)) step.exit = Number(line.slice(5))
    else throw wrong(index, line, 'is none of the forms of a tour')
  }
  return steps
}

/** What of a step did not come true, a sentence each. Pure. */
export function broken(step: Step, { output, exit }: Played): readonly string[] {
  const problems: string[] = []
  let from = 0
  for (const text of step.seen) {
    const at = output.indexOf(text, from)
    if (at >= 0) from = at + text.length
    else
      problems.push(
        output.includes(text) ? `"${text}" was seen, but not in its place` : `"${text}" was not seen`,
      )
  }
  for (const text of step.unseen) if (output.includes(text)) problems.push(`"${text}" was seen`)
  if (exit !== step.exit) problems.push(`the exit status is ${exit}, not ${step.exit}`)
  return problems
}

export type TourDeps = {
  steps: readonly Step[]
  /** Types the lines and waits for what they start, printing as it goes. */
  play(lines: readonly string[]): Promise<Played>
  print(line: string): void
}

/** Plays every step, whatever became of the one before. True when every expectation held. */
export async function playTour({ steps, play, print }: TourDeps): Promise<boolean> {
  const problems: string[] = []
  for (const [index, step] of steps.entries()) {
    print(`── ${index + 1} of ${steps.length}: ${step.heading}`)
    print('')
    for (const problem of broken(step, await play(step.lines))) {
      problems.push(`step ${index + 1} (${step.heading}): ${problem}`)
    }
  }
  const expectations = steps.reduce((sum, step) => sum + step.seen.length + step.unseen.length + 1, 0)
  if (problems.length === 0) print(`The tour is over: all ${expectations} expectations held.`)
  else
    for (const problem of [`${problems.length} of ${expectations} expectations did not hold:`, ...problems])
      print(problem)
  return problems.length === 0
}

function wrong(index: number, line: string, why: string): InputError {
  return new InputError(`Line ${index + 1} of the tour ${why}: ${line}`, {
    hint: 'Its form is described at the top of demo/tour.txt.',
  })
}
