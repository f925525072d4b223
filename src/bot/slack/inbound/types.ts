import type { ModalView, Option, OptionGroup } from '@slack/types'
import type { Millis } from '../../../clock.ts'
import type { Asker, Heard, Reply } from '../types.ts'

/** A modal as Slack sends it back (docs.slack.dev, reference/views). */
export type SentView = {
  id: string
  hash: string | null
  callbackId: string
  /** `private_metadata`, as it was given. */
  metadata: string
  /** `state`, as it came: what the fields hold, by block id and action id. */
  state: unknown
}

/** A form that was sent. */
export type Submission = { by: Asker; view: SentView; reply: Reply }

/** A field on which others depend was changed in an open form; `field` is its block id. */
export type Change = { by: Asker; view: SentView; field: string; reply: Reply }

/** Somebody types in a select with search; `field` is its block id. */
export type OptionsQuery = { by: Asker; field: string; action: string; typed: string; view: SentView | null }

/** What the acknowledgement of a form says (docs.slack.dev, surfaces/modals, "Updating views"). */
export type FormAnswer =
  | { response_action: 'update' | 'push'; view: ModalView }
  | { response_action: 'clear' }

/** `errors`, by block id: nothing is stored, and the form stays open. */
export type Submitted = { errors: Readonly<Record<string, string>> } | { heard: Heard; answer?: FormAnswer }

export type OptionsAnswer = { options: readonly Option[] } | { option_groups: readonly OptionGroup[] }

/** Why something that was acknowledged is not carried out: it could not be stored in time, or it came too late. */
export type LostWhy = 'not stored' | 'late'

/** One delivery of Slack's, understood. `id`: the same delivery, or the same act told twice, has the same one. */
export type Understood =
  | { kind: 'heard'; id: string; heard: Heard; at: Millis }
  | { kind: 'submission'; id: string; submission: Submission }
  | { kind: 'change'; change: Change }
  | { kind: 'options'; query: OptionsQuery }
  /** Acknowledged, and nothing more. */
  | { kind: 'nothing'; why: string }

export type InboundHealth = {
  mode: 'socket' | 'http'
  /** Requests of Slack reach us, as far as can be known. */
  up: boolean
  since: Millis
  lastEventAt: Millis | null
  /** Why it is down, for people; left out until it was tried. */
  why?: string
  /** Requests over HTTP that were refused as not Slack's, since the start. */
  refused: number
}
