/** Every command there is. A test walks `records/` and finds the one that was forgotten here. */

import { alerts } from './records/alerts.ts'
import { alertsAck } from './records/alerts-ack.ts'
import { audit } from './records/audit.ts'
import { boards } from './records/boards.ts'
import { boardsHealth } from './records/boards-health.ts'
import { boardsLog } from './records/boards-log.ts'
import { boardsMaintain } from './records/boards-maintain.ts'
import { boardsShow } from './records/boards-show.ts'
import { boardsWatch } from './records/boards-watch.ts'
import { find } from './records/find.ts'
import { help } from './records/help.ts'
import { lease } from './records/lease.ts'
import { leaseCancel } from './records/lease-cancel.ts'
import { leaseConsole } from './records/lease-console.ts'
import { leaseExtend } from './records/lease-extend.ts'
import { leaseFetch } from './records/lease-fetch.ts'
import { leaseList } from './records/lease-list.ts'
import { leaseRelease } from './records/lease-release.ts'
import { leaseSend } from './records/lease-send.ts'
import { powerCycle, powerOff, powerOn, powerStatus } from './records/power.ts'
import { queue } from './records/queue.ts'
import { queueCancel } from './records/queue-cancel.ts'
import { queueMove } from './records/queue-move.ts'
import { runTest } from './records/run-test.ts'
import { settingsReload } from './records/settings-reload.ts'
import { status } from './records/status.ts'
import { tests } from './records/tests.ts'
import { testsCompare } from './records/tests-compare.ts'
import { testsFollow } from './records/tests-follow.ts'
import { testsLog } from './records/tests-log.ts'
import { testsRerun } from './records/tests-rerun.ts'
import { testsShow } from './records/tests-show.ts'
import type { AnyCommand } from './types.ts'

/** Sorted by name: `queue` before its verbs. */
export const commands: readonly AnyCommand[] = [
  alerts,
  alertsAck,
  audit,
  boards,
  boardsHealth,
  boardsLog,
  boardsMaintain,
  boardsShow,
  boardsWatch,
  find,
  help,
  lease,
  leaseCancel,
  leaseConsole,
  leaseExtend,
  leaseFetch,
  leaseList,
  leaseRelease,
  leaseSend,
  powerCycle,
  powerOff,
  powerOn,
  powerStatus,
  queue,
  queueCancel,
  queueMove,
  runTest,
  settingsReload,
  status,
  tests,
  testsCompare,
  testsFollow,
  testsLog,
  testsRerun,
  testsShow,
]
