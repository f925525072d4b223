/** The renderers, at the lab's time of the moment in which something is drawn. */

import type { HomeView, ModalView } from '@slack/types'
import { frameOf } from '../../../cards/topics.ts'
import type { View } from '../../../cards/view.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { FormOptions } from '../render/form.ts'
import { loadingModal, noteModal, renderForm, renderHome, renderMessage } from '../render/render.ts'
import type { Message } from '../types.ts'

export type Drawing = {
  message(view: View): Message
  form(view: View, options: Omit<FormOptions, 'frame'>): ModalView
  loading(title: string, meta: string): ModalView
  note(title: string, view: View): ModalView
  home(view: View): HomeView
}

/** `shown`: a view as it may be shown. */
export function createDrawing(lab: Lab, shown: (view: View) => View = view => view): Drawing {
  return {
    message: view => renderMessage(shown(view), frameOf(lab)),
    form: (view, options) => renderForm(view, { ...options, frame: frameOf(lab) }),
    loading: loadingModal,
    note: (title, view) => noteModal(title, shown(view), frameOf(lab), ''),
    home: view => renderHome(shown(view), frameOf(lab)),
  }
}
