import { ARCHS, type Arch, oops, panicEnd, stamped } from './kernels.ts'
import type { LookAlike } from './look-alikes.ts'

type Form = { what: string; of(crash: string, arch: Arch): string }

const ALIVE = stamped(300, [
  'usb 1-1: new high-speed USB device number 4 using xhci_hcd',
  'eth0: Link is Up',
  'mmc0: cache flush',
  ...Array.from({ length: 12 }, (_, index) => `demo: step ${index}`),
  'demo: done',
  'demo: again',
])

function each(text: string, change: (line: string) => string): string {
  return `${text.trimEnd().split('\n').map(change).join('\n')}\n`
}

function unstamped(text: string): string {
  return each(text, line => line.replace(/^\[.*?\] /, ''))
}

/** The ways in which people and programs show a crash that is none of this run. */
const FORMS: readonly Form[] = [
  { what: 'syslog', of: crash => each(crash, line => `Nov 20 12:00:00 board kernel: ${line}`) },
  {
    what: 'syslog with full times',
    of: crash => each(crash, line => `2026-11-20T12:00:00.123456+00:00 board kernel: ${line}`),
  },
  {
    what: 'journalctl -k',
    of: crash => each(crash, line => line.replace(/^\[.*?\]/, 'Nov 20 12:00:00 board kernel:')),
  },
  {
    what: 'journalctl -o short-monotonic',
    of: crash => each(crash, line => line.replace('] ', '] board kernel: ')),
  },
  {
    what: 'journalctl -o json',
    of: crash => each(crash, line => `{"PRIORITY":"0","MESSAGE":${JSON.stringify(line)}}`),
  },
  {
    what: 'JSON with words before the stamp',
    of: crash => each(crash, line => `{"text": "console said ${line}", "n": 1}`),
  },
  { what: 'YAML', of: crash => each(crash, line => `  - '${line}'`) },
  { what: 'a table', of: crash => each(crash, line => `| ${line} |`) },
  { what: 'dmesg -x', of: crash => each(crash, line => `kern  :alert : ${line}`) },
  {
    what: 'dmesg -T',
    of: crash => each(crash, line => line.replace(/^\[.*?\]/, '[Fri Nov 20 12:00:00 2026]')),
  },
  { what: 'dmesg -t', of: unstamped },
  { what: 'a trace pasted without stamps, before more', of: crash => `PASS 1\n${unstamped(crash)}PASS 2\n` },
  { what: 'grep with names', of: crash => each(crash, line => `logs/board-3.txt:${line}`) },
  { what: 'grep with numbers', of: crash => each(crash, line => `118:${line}`) },
  { what: 'grep with what is around', of: crash => each(crash, line => `118-${line}`) },
  { what: 'a difference', of: crash => `--- a/log\n+++ b/log\n${each(crash, line => `+${line}`)}` },
  {
    what: 'a reply to a report',
    of: crash => `> I see this:\n${each(crash, line => `> ${line}`)}> any idea?\n`,
  },
  {
    what: 'an example in a manual',
    of: crash => `It looks like this::\n\n${each(crash, line => `    ${line}`)}\n`,
  },
  {
    what: 'a comment in a source file',
    of: crash => `/*\n${each(crash, line => ` * ${line}`)} */\nint demo(void);\n`,
  },
  { what: 'a comment of another kind', of: crash => each(crash, line => `// ${line}`) },
  {
    what: 'a string in a source file',
    of: crash => each(crash, line => `    "${line.replaceAll('"', '\\"')}\\n"`),
  },
  {
    what: 'TAP diagnostics',
    of: crash =>
      `TAP version 13\n1..1\n# selftests: demo: demo.sh\n${each(crash, line => `# ${line}`)}ok 1 demo.sh\n`,
  },
  { what: 'cat of a log, typed', of: crash => `# cat /var/log/crash.log\n${crash}# \n` },
  { what: 'cat of a source file, typed', of: crash => `~/src $ cat demo.c\n${crash}~/src $ \n` },
  {
    what: 'what pstore kept',
    of: crash => `root@board:~# cat /sys/fs/pstore/dmesg-ramoops-0\nPanic#1 Part1\n${crash}root@board:~# \n`,
  },
  {
    what: 'an earlier boot’s log in the middle of this one’s',
    of: crash =>
      `${ALIVE}PASS 1\n${stamped(70, ['usb 1-1: new device', 'eth0: Link is Up', 'mmc0: new card', 'demo: one', 'demo: two'])}${crash}PASS 2\n`,
  },
]

/** Only of an oops: a kernel that panicked has no dmesg left to print. */
const BUFFER_FORMS: readonly Form[] = [
  { what: 'dmesg, typed', of: crash => `~ # dmesg | tail -40\n${crash}~ # \n` },
  {
    what: 'dmesg, typed by a person',
    of: crash => `user@board:~$ sudo dmesg --color=never\n${crash}user@board:~$ \n`,
  },
  { what: 'dmesg, in a script that shows its commands', of: crash => `+ dmesg\n${crash}+ ./next\nPASS\n` },
  {
    what: 'dmesg that prints again what was told',
    of: crash => `${stamped(60, ['demo: one'])}PASS 1\n# dmesg\n${crash}# \n`,
  },
]

function crashOf(arch: Arch): string {
  return stamped(77, [
    ...oops(arch),
    'Kernel panic - not syncing: Fatal exception',
    ...panicEnd('Fatal exception'),
  ])
}

export const COPIES: readonly LookAlike[] = ARCHS.flatMap(arch => [
  ...FORMS.map(({ what, of }) => ({ what: `${what} (${arch})`, text: of(crashOf(arch), arch) })),
  ...BUFFER_FORMS.map(({ what, of }) => ({
    what: `${what} (${arch})`,
    text: of(stamped(77, oops(arch)), arch),
  })),
])
