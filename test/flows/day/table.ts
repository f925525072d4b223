import type { DayReport } from './day.ts'

/** The day as a table, for whoever has to find out what went wrong in it. */
export function tableOf(report: DayReport): string {
  const { plan, boards, runs, states } = report
  const rows = plan.boards.map(({ id, family, sysrq, sickness }) => {
    const lived = boards.get(id)?.lived ?? []
    const count = (kind: string): number => lived.filter(each => each.kind === kind).length
    const words = [`${count('launched')} programs`, `fell ${count('fell')}x`, `booted ${count('booted')}x`]
    const failures = `${states.get(id)?.failures.length ?? 0} failures`
    const aside = (report.aside.get(id) ?? []).map(each => `\n      ${each}`).join('')
    return `  ${id} ${family}${sysrq ? ' sysrq' : ''} ${sickness ?? 'healthy'}: ${[...words, failures].join(', ')}${aside}`
  })
  const ended = Map.groupBy(runs, ({ run }) => run.state)
  const states_ = [...ended].map(([state, all]) => `${all.length} ${state}`).join(', ')
  return [`a day of seed ${plan.seed}: ${runs.length} runs, ${states_}`, ...rows].join('\n')
}
