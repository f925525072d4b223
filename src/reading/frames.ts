/**
 * What a trace's lines look like, and where in the code they say it happened. Grouped by who prints them; matched
 * against the text behind a kernel line's stamp.
 */
const SHAPES: readonly RegExp[] = [
  // kernel/panic.c, lib/dump_stack.c, kernel/module/main.c, kernel/printk: every architecture
  /^(?:---\[ end |-+\[ cut here|CPU: \d|Hardware name:|Modules linked in:|Unloaded tainted|Tainted:|Workqueue:|Kernel Offset:|Memory Limit:|Rebooting in |Dumping ftrace|Kernel panic|Call [Tt]race:|Code: |note: .* exited with|Sending NMI|NMI backtrace|Stopper:|irq event stamp|(?:hard|soft)irqs last|Showing all locks|SMP: |Comm: |PID: |Last Breaking-Event)/,
  /^ ?(?:\? )?(?:\[<[0-9a-f]+>\] )?(?:\? )?[A-Za-z_][\w.$]*\+0x[0-9a-f]+\/0x[0-9a-f]+/,
  /^\s*<\/?(?:TASK|IRQ|NMI|EOI|SOFTIRQ|#?DF|ENTRY_TRAMPOLINE)>/,
  // arch/arm64/kernel/process.c and traps.c, mm/fault.c
  /^(?:pc|lr|sp|x\d{1,2}|pstate) ?: |^(?:Mem abort info|Data abort info|swapper pgtable|user pgtable|CPU features|PHYS_OFFSET|SET =|Internal error):?|^ {2}(?:ESR|EC|SET|EA|FSC|ISV|CM|GCS|FnV|S1PTW|TnD)\b|^\[[0-9a-f]{8,16}\] ?(?:\*?pgd|address between|user address)/,
  // arch/arm/kernel/process.c and traps.c, mm/fault.c
  /^ ?(?:\[<[0-9a-f]+>\] )?\(?[\w.]+\)? from (?:\[<[0-9a-f]+>\] )?\(?[\w.$]+\+0x/,
  /^(?:PC is at|LR is at|psr: |pgd = |sp : |r\d{1,2} ?: |Flags: |Control: |Register r\d|Process |Stack: |Backtrace:|Exception stack|8<--- cut here|[0-9a-f]{4}: |Tables? )/,
  // arch/x86/kernel/process_64.c, process_32.c, dumpstack.c, mm/fault.c
  /^(?:RIP|EIP|RSP|ESP|RAX|EAX|RBX|RDX|RBP|R\d\d|FS|CS|DS|GS|CR\d|DR\d|PKRU|EFLAGS|ESI|#PF|PGD|Oops|BUG|traps|RDI):? ?/,
  // arch/riscv/kernel/process.c and traps.c
  /^(?:epc|status|badaddr|cause) ?: |^ (?:ra|gp|tp|sp|epc|[ast]\d{1,2}) ?: ?|^(?:Task|Overflow|IRQ) stack:/,
  // kernel/hung_task.c, kernel/sched/core.c, kernel/locking/lockdep.c
  /^(?:task:|INFO: task |"echo 0 > | {6}(?:Not tainted|Tainted)|\d+ locks? held by| #\d+: |Future hung|Blocked by|preempt_count|in_atomic|RCU nest)/,
  // kernel/rcu/tree_stall.h
  /^(?:rcu: |RCU |Task dump|rcu_\w+ kthread|\t?\(detected by|\t?\(t=)/,
  // mm/kasan, mm/kmsan, mm/kfence, kernel/kcsan, lib/ubsan.c
  /^(?:={20,}|(?:Read|Write) of size|read (?:to|at) |write (?:to|at) |(?:Allocated|Freed) by|The buggy address|which belongs|Memory state|Last potentially|Uninit was|Local variable|Bytes? \d|The buggy|page:|raw:|flags:|page dumped|kfence-#|index |allocated by|freed by|value changed|Reported by|shift exponent|signed integer|load of value|division by)|^[ >]?[0-9a-f]{8,16}: [0-9a-f]{2} | {4,}\^/,
  // mm/slub.c: object_err, print_tracking, print_section
  /^(?:-{20,}|BUG |INFO: (?:Slab|Object|Allocated|Freed|0x)|(?:Slab|Object) 0x|(?:Object|Redzone|Padding|Bytes b4) {1,3}[0-9a-f]{8,16}: |0x[0-9a-f]{8,16}-0x|(?:Allocated|Freed) in |Disabling lock debugging|FIX )/,
  // mm/oom_kill.c, mm/show_mem.c
  /^(?:.{1,15} invoked oom-killer|Mem-Info|Tasks state|oom-kill:|oom_reaper|\[ *pid *\]|\[ *\d+\] |Node \d|DMA|Normal|active_anon|\d+ (?:total|pages|slab)|Swap|Free swap|Total swap|memory: usage|Memory cgroup)/,
]

/** True where a line belongs to a trace. */
export function isTraceLine(text: string): boolean {
  return SHAPES.some(shape => shape.test(text))
}

/** The first trace of it ends here, whatever comes after (kernel/panic.c, mm/oom_kill.c). */
export const LAST_LINE = /^(?:---\[ end |oom_reaper: reaped process )/
export const SANITIZER_RULE = /^={20,}$/

const SYMBOL = '([A-Za-z_][\\w.$]*\\+0x[0-9a-f]+)'
/** Whose memory it was: the frames below are of another time (mm/slub.c, print_tracking; mm/kasan/report.c). */
export const OF_BEFORE = /^(?:INFO: )?(?:Allocated|Freed) (?:in|by) /
/** What every trace begins with (lib/dump_stack.c). */
export const OF_NOW = /^CPU: \d/

/** Where the processor stood. */
const POINTERS: readonly RegExp[] = [
  new RegExp(`^pc : (?:\\[<[0-9a-f]+>\\] )?${SYMBOL}`),
  new RegExp(`^PC is at ${SYMBOL}`),
  new RegExp(`^(?:RIP|EIP): (?:[0-9a-f]{4}:)?(?:\\[<[0-9a-f]+>\\] )?${SYMBOL}`),
  new RegExp(`^epc : ${SYMBOL}`),
]
const FRAME = new RegExp(
  `^ (?:\\[<[0-9a-f]+>\\] )?(?:\\([\\w.]+\\) from (?:\\[<[0-9a-f]+>\\] )?\\()?${SYMBOL}`,
)
/** `[<c0108a5c>] (show_stack) from [<c0b8e4a0>] (demo+0x1c/0x30)`, since Linux 5.13 ` show_stack from demo+0x1c/0x30` (arch/arm). */
const ARM_FRAME = new RegExp(
  `^ ?(?:\\[<[0-9a-f]+>\\] )?\\(?[\\w.]+\\)? from (?:\\[<[0-9a-f]+>\\] )?\\(?${SYMBOL}`,
)
const RISCV_FRAME = new RegExp(`^\\[<[0-9a-f]+>\\] ${SYMBOL}`)

/** What prints, sleeps, enters or ends: it stands in every trace, and the fault is above it. */
const HELPER =
  /^(?:__|___)?(?:dump_(?:backtrace|stack)|show_(?:stack|regs)|panic|vpanic|nmi_panic|warn(?:_slowpath|_bug|_alloc)|warn\+|report_bug|bust_|oops_|die|bad_area|do_(?:kernel_fault|translation_fault|page_fault|mem_abort|exit|group_exit|trap|error_trap|el0_svc|syscall|sysinstr|fast_syscall|int80|undefinstr|DataAbort|one_initcall)|page_fault|exc_|asm_|handle_bug|handle_exception|handle_page_fault|schedule|switch_to|context_switch|preempt_schedule|might_|cant_|sched_show|wait_(?:for_common|for_completion|on_bit|event)|mutex_lock|rwsem_|rt_mutex|down(?:_|\+)|io_schedule|folio_(?:wait|lock)|bit_wait|out_of_line_wait|msleep|usleep|kasan_|asan_|msan_|kmsan_|kcsan_|tsan_|ubsan_|kfence_|print_(?:report|address|circular)|check_(?:memory|panic|hung|noncirc)|lockdep_|lock_acquire|rcu_|watchdog_|hrtimer_|tick_|update_process|call_timer|arch_trigger|nmi_(?:trigger|cpu|panic)|sysvec_|smp_call|ret_from_|kernel_init|kthread|el[01]_?|invoke_syscall|entry_|x64_sys_exit|arm64_sys_exit|se_sys_exit|x64_sys_reboot|reboot|raw_spin|_raw_spin|syscall_|secondary_start|start_(?:kernel|secondary)|cpu_startup|rest_init|arch_cpu_idle|default_idle|common_startup|walk_stackframe|unwind|dump_header|oom_kill|out_of_memory|exit_|slab_|object_err|check_(?:object|bytes)|alloc_debug|free_(?:debug|to_partial|consistency)|kmalloc|kfree|kmem_cache_)/

export function pointerOf(text: string): string | null {
  return matched(POINTERS, text)
}

/** The function of a line of a call trace, unless it is one that is in every trace. */
export function frameOf(text: string): string | null {
  const place = matched([ARM_FRAME, FRAME, RISCV_FRAME], text)
  return place === null || HELPER.test(place) ? null : place
}

function matched(patterns: readonly RegExp[], text: string): string | null {
  for (const pattern of patterns) {
    const place = pattern.exec(text)?.[1]
    if (place !== undefined) return place
  }
  return null
}
