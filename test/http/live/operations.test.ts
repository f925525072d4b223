import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { until } from '../../until.ts'
import { get, startRig } from '../rig.ts'
import { listen } from './stand.ts'

type Paths = Record<string, Record<string, { operationId: string; parameters?: { name: string }[] }>>

test('I3 events and the line are in the document, which is valid with them', async () => {
  const { port } = await startRig()
  const answer = await get(port, '/api/v1/openapi.json')
  const document = JSON.parse(answer.text) as { paths: Paths }
  const result = await new Validator().validate(structuredClone(document))
  expect(result).toMatchObject({ valid: true })
  const ids = Object.values(document.paths).flatMap(methods =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  expect(ids).toEqual(expect.arrayContaining(['testEvents', 'events', 'logEvents', 'line']))
  const named = document.paths['/tests/{id}/events']?.['get']?.parameters?.map(({ name }) => name)
  expect(named).toEqual(expect.arrayContaining(['id', 'Last-Event-ID']))
})

test('the end of the process ends a stream in order', async () => {
  const { port, http } = await startRig()
  const listener = await listen(port, '/api/v1/events?topic=queue')
  await listener.hears('changed')
  await http.stop(5_000)
  await until(() => listener.over() !== 'no', 'the end')
  expect(listener.over()).toBe('ended')
})
