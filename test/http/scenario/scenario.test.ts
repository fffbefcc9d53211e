import { afterEach, describe, expect, it } from 'vitest'
import { date } from './fields.ts'
import { openOnCore } from './on-core.ts'
import { openOnProxy } from './on-proxy.ts'
import { type OpenSite, openStage, type Stage } from './stage.ts'
import { Barrier, type Step, together } from './step.ts'

const SITES: readonly (readonly [string, OpenSite])[] = [
  ['on the core', openOnCore()],
  ['on the proxy', openOnProxy],
]

const KEPT = { fields: { 'Cache-Control': 'max-age=60' } }

describe.each(SITES)('a scenario %s', (_name, openSite) => {
  let stage: Stage | undefined

  afterEach(async () => {
    await stage?.close()
    stage = undefined
  })

  it('plays its steps in order', async () => {
    stage = await openStage(openSite)
    const { client, store, time, view } = stage

    await stage.play(
      client('a').asks('/p?q', { fields: { 'X-A': ['1', '2'] } }),
      view.receives({ method: 'GET', target: '/p?q', fields: { 'x-a': '1, 2', 'x-b': undefined } }),
      view.answers({ fields: { 'Cache-Control': 'max-age=60', ETag: '"a"' } }),
      client('a').gets({ status: 200, body: 'page 1', fields: { Date: date(0) } }),
      time.passes('10s'),
      client('b').asks('/p?q', { fields: { 'If-None-Match': client('a').saw('etag') } }),
      client('b').gets({ status: 304, body: '', age: 10, fields: { date: date(-10) } }),
      view.wasAsked(1),
      client('b').asks('/p?r', { method: 'POST', body: 'x' }),
      view.receives({ method: 'POST', body: 'x' }),
      view.answers({ status: 201, body: 'made' }),
      client('b').gets({ status: 201, body: 'made', age: undefined }),
      store.recovers(),
    )
  })

  it('holds a page up before it is kept, and others share it', async () => {
    stage = await openStage(openSite)
    const { client, store, view } = stage

    await stage.play(
      store.holds('write'),
      client('a').asks('/p'),
      view.answers(KEPT),
      store.isHolding('write'),
      client('b').asks('/p'),
      store.isAsked(2),
      client('a').gets({ body: 'page 1' }),
      store.releases('write'),
      client('b').gets({ body: 'page 1' }),
      view.wasAsked(1),
    )
  })

  it('sees parts, cuts and those who leave', async () => {
    stage = await openStage(openSite)
    const { client, view } = stage

    await stage.play(
      client('a').asks('/p'),
      view.begins({ ...KEPT, body: 'one ' }),
      client('a').has('one ', { status: 200 }),
      view.sends('two'),
      view.ends(),
      client('a').gets({ body: 'one two' }),
      client('a').asks('/q'),
      view.begins({ ...KEPT, body: 'one ' }),
      client('a').has('one '),
      view.breaks(),
      client('a').isCutOff(),
      client('a').asks('/r'),
      view.begins({ body: 'one ' }),
      client('a').has('one '),
      client('a').leaves(),
      view.ends(),
      client('a').isCutOff(),
    )
  })

  it('lets courses run at once and meet', async () => {
    stage = await openStage(openSite)
    const { client, view, watch } = stage
    const barrier = new Barrier('the gate', 2, watch)
    const course = (name: string): Step[] => [
      client(name).asks('/p'),
      barrier.reached(name),
      client(name).gets({ body: 'page 1' }),
    ]

    await stage.play(together(course('a'), course('b'), [view.answers(KEPT)]), view.wasAsked(1))
  })

  it('says who waits for what when it never comes', async () => {
    stage = await openStage(openSite, { patienceMs: 200 })
    const { client, store, view, watch } = stage

    await expect(stage.play(client('a').asks('/p'), client('a').gets({}))).rejects.toThrow(
      'Step 2, client a gets an answer: client a waits for the answer to GET /p in vain. Meanwhile the view has not answered GET /p',
    )
    await expect(stage.play(store.isHolding('drop'))).rejects.toThrow(
      'the store waits for a drop to hold in vain',
    )
    await expect(
      stage.play(view.answers(), client('a').gets({}), view.receives({ target: '/q' })),
    ).rejects.toThrow('Step 3, the view receives /q: the view waits for /q in vain. Nobody else')
    await expect(stage.play(new Barrier('the gate', 2, watch).reached('a'))).rejects.toThrow(
      'a waits at the gate for 2, where a has come, in vain',
    )
  })

  it('fails when an answer or a request is not as it should be, or nobody answered one', async () => {
    stage = await openStage(openSite)
    const { client, view } = stage

    const unlike = { status: 404, body: 'x', age: 3, fields: { date: undefined } }

    await expect(
      stage.play(client('a').asks('/p'), view.answers(), client('a').gets(unlike)),
    ).rejects.toThrow(
      /expected status 404, got 200; expected date to be missing, got .*; expected Age 3, .*; expected body "x"/,
    )
    await expect(
      stage.play(client('a').asks('/p'), view.receives({ method: 'PUT', fields: { a: 'b' } })),
    ).rejects.toThrow('expected a b, got to be missing; expected method PUT, got GET')
    await expect(stage.play()).rejects.toThrow('At the end nobody had answered GET /p')
    await expect(stage.play(view.wasAsked(7))).rejects.toThrow(/it was asked \d+ times/)
  })

  it('lets the store fail', async () => {
    stage = await openStage(openSite)
    const { client, store, view } = stage

    await stage.play(
      store.fails('read'),
      client('a').asks('/p'),
      view.answers(KEPT),
      client('a').gets({
        body: 'page 1',
        fields: { 'cache-status': /bypass; detail="store failed"/ },
      }),
    )
  })
})
