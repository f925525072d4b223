import type { App } from '@slack/bolt'
import type { InputBlock, ModalView } from '@slack/types'
import { expect, test } from 'vitest'
import { startBolt, withStub } from './clients.ts'
import type { Person } from './person.ts'
import type { SlackStub } from './stub.ts'

const PLAIN = (text: string) => ({ type: 'plain_text' as const, text })

const option = (value: string) => ({ text: PLAIN(value.toUpperCase()), value })

const FAMILY: InputBlock = {
  ...{ type: 'input', block_id: 'f:family', label: PLAIN('Family'), dispatch_action: true },
  element: { type: 'static_select', action_id: 'v', options: [option('arm'), option('riscv')] },
}

const BOARD: InputBlock = {
  ...{ type: 'input', block_id: 'f:board', label: PLAIN('Board'), hint: PLAIN('Any of the family') },
  element: { type: 'external_select', action_id: 'lookup', min_query_length: 2 },
}

const TIMES: InputBlock = {
  ...{ type: 'input', block_id: 'f:times', label: PLAIN('Times') },
  element: {
    type: 'number_input',
    action_id: 'v',
    is_decimal_allowed: false,
    min_value: '1',
    max_value: '9',
  },
}

const modal = (...blocks: InputBlock[]): ModalView => ({
  ...{
    type: 'modal',
    callback_id: 'run',
    title: PLAIN('Run'),
    submit: PLAIN('Go'),
    notify_on_close: true,
    blocks,
  },
})

/** An app that opens `view` at /lab, and a person before whom it is open. */
async function atForm(
  view: ModalView,
  prepare: (app: App) => void,
  use: (mei: Person, stub: SlackStub) => Promise<void>,
): Promise<void> {
  await withStub({}, async stub => {
    const running = await startBolt(stub, 'socket', app => {
      app.command('/lab', async ({ ack, client, command }) => {
        await client.views.open({ trigger_id: command.trigger_id, view })
        await ack()
      })
      prepare(app)
    })
    const mei = stub.person('mei')
    await mei.slash('/lab', '', stub.channel('lab'))
    await use(mei, stub)
    await running.stop()
  })
}

test('a field that depends on another appears when that is chosen; what was entered stays', async () => {
  const prepare = (app: App): void => {
    app.action({ block_id: 'f:family' }, async ({ ack, body, client }) => {
      await ack()
      if (body.type !== 'block_actions' || !body.view) return
      const { id, hash } = body.view
      await client.views.update({ view_id: id, hash, view: modal(FAMILY, BOARD) })
    })
    app.options('lookup', async ({ ack }) => await ack({ options: [option('pi-1')] }))
  }
  await atForm(modal(FAMILY), prepare, async (mei, stub) => {
    expect(mei.sees()).toBe('Run\nFamily: []\n[Go]')
    await mei.fill({ Family: 'ARM', Board: 'PI-1' })
    expect(mei.sees()).toBe('Run\nFamily: [ARM]\nBoard: [PI-1]\n  Any of the family\n[Go]')
    expect(await mei.typeAhead('Board', 'P')).toEqual([])
    expect(stub.complaints).toEqual([])
  })
})

test('Slack’s client sends no number that the field does not take, and a modal with nothing missing closes', async () => {
  const sent: unknown[] = []
  const prepare = (app: App): void =>
    app.view('run', async ({ ack, view }) => {
      sent.push(view.state.values['f:times']?.['v']?.value)
      await ack()
    })
  await atForm(modal(TIMES), prepare, async mei => {
    for (const [given, fault] of [
      ['x', 'Enter a valid number.'],
      ['1.5', 'Enter a valid number.'],
      ['10', 'At most 9.'],
    ] as const) {
      await mei.fill({ Times: given })
      expect(await mei.submit()).toBeNull()
      expect(mei.sees()).toContain(`  ! ${fault}`)
    }
    await mei.fill({ Times: 3 })
    await mei.submit()
    expect(mei.sees()).toBe('')
  })
  expect(sent).toEqual(['3'])
})

test('an answer to a form updates it, puts another on it, or clears all', async () => {
  const answers = [
    { response_action: 'push' as const, view: { ...modal(TIMES), title: PLAIN('Sure?') } },
    { response_action: 'update' as const, view: { ...modal(TIMES), title: PLAIN('Running') } },
    { response_action: 'clear' as const },
  ]
  const prepare = (app: App): void => app.view('run', async ({ ack }) => await ack(answers.shift()))
  await atForm(modal(TIMES), prepare, async (mei, stub) => {
    const titles: (string | undefined)[] = []
    for (let each = 0; each < 3; each++) {
      titles.push(mei.sees().split('\n')[0])
      await mei.fill({ Times: 3 })
      await mei.submit()
    }
    expect([...titles, mei.sees()]).toEqual(['Run', 'Sure?', 'Running', ''])
    expect(stub.complaints).toEqual([])
  })
})

test('errors at a field that the form does not have, or a view that breaks the rules, are trouble to the person', async () => {
  const answers = [
    { response_action: 'errors' as const, errors: { nothing: 'no such field' } },
    { response_action: 'update' as const, view: { ...modal(TIMES), title: PLAIN('x'.repeat(25)) } },
  ]
  const prepare = (app: App): void => app.view('run', async ({ ack }) => await ack(answers.shift()))
  await atForm(modal(TIMES), prepare, async (mei, stub) => {
    await mei.fill({ Times: 3 })
    for (let each = 0; each < 2; each++) {
      await mei.submit()
      expect(mei.sees()).toContain('! We had some trouble connecting. Try again?')
    }
    expect(stub.complaints.map(({ code }) => code)).toEqual(['invalid_response_action', 'invalid_arguments'])
  })
})

test('options that Slack refuses are not offered, and are complaints', async () => {
  const many = Array.from({ length: 101 }, (_, index) => option(`b${index}`))
  const answers = [{ options: many }, { options: [option('x'.repeat(76))] }, { options: [option('fine')] }]
  const prepare = (app: App): void => {
    app.options('lookup', async ({ ack }) => await ack(answers.shift() ?? { options: [] }))
  }
  await atForm(modal(BOARD), prepare, async (mei, stub) => {
    expect(await mei.typeAhead('Board', 'pi')).toEqual([])
    expect(await mei.typeAhead('Board', 'pi')).toEqual([])
    expect(await mei.typeAhead('Board', 'pi')).toEqual(['FINE'])
    expect(stub.complaints.map(({ code }) => code)).toEqual(['invalid_options', 'invalid_options'])
  })
})

test('the app hears of a modal that was closed, where it asked to', async () => {
  const closed: boolean[] = []
  const prepare = (app: App): void =>
    app.view({ callback_id: 'run', type: 'view_closed' }, async ({ ack, body }) => {
      if (body.type === 'view_closed') closed.push(body.is_cleared)
      await ack()
    })
  await atForm(modal(TIMES), prepare, async mei => {
    await mei.close()
    expect(closed).toEqual([false])
    await expect(mei.close()).rejects.toThrow('no modal is open')
  })
})
