/** `i` kills every process but the first; `b` resets at once, and nothing that was not written yet is on disk. */
export type SysrqKey = 'i' | 'b'

/** What the kernel does from its interrupt, whatever its programs do (Documentation/admin-guide/sysrq.rst). */
export type Sysrq = {
  /**
   * A break and the key. Resolves with the kernel's own word on it, `Resetting`. A start that follows `b` is expected, until
   * whoever is at the prompt next says otherwise. Throws HardwareError (not answering) when the kernel says nothing or
   * does not allow it, (no console) when the line has no break.
   */
  press(key: SysrqKey, signal: AbortSignal): Promise<string>
}
