import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startProxy } from '../../examples/proxy/proxy.ts'
import { openOnProxy } from '../http/scenario/on-proxy.ts'
import { openStage, type Stage } from '../http/scenario/stage.ts'
import { CachedPages } from '../http/cached-pages.ts'
import { FakeClock } from '../http/fake-clock.ts'

const KEPT = { 'Cache-Control': 'max-age=60' }

describe('the example proxy', () => {
  let stage: Stage

  beforeEach(async () => {
    stage = await openStage(openOnProxy)
  })

  afterEach(async () => {
    await stage.close()
  })

  it('keeps what says for how long, and nothing else', async () => {
    const { client, time, view } = stage

    await stage.play(
      client('a').asks('/kept'),
      view.answers({ fields: KEPT }),
      client('a').gets({ body: 'page 1' }),
      client('a').asks('/kept'),
      client('a').gets({ body: 'page 1', age: 0 }),
      time.passes('60s'),
      client('a').asks('/kept'),
      view.answers(),
      client('a').gets({ body: 'page 2', age: undefined }),
      client('a').asks('/silent'),
      view.answers(),
      client('a').gets({ body: 'page 3' }),
      client('a').asks('/silent'),
      view.answers(),
      client('a').gets({ body: 'page 4' }),
    )
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'M-SEARCH', 'OPTIONS', 'TRACE'])(
    'forwards %s with its body',
    async (method) => {
      const { client, view } = stage

      await stage.play(
        client('a').asks('/form?a=1', { method, body: 'one=1' }),
        view.receives({ method, target: '/form?a=1', body: 'one=1' }),
        view.answers({ status: 422, body: 'no' }),
        client('a').gets({ status: 422, body: 'no' }),
      )
    },
  )

  it('forwards fields in both directions, repeated ones too, and none of the connection', async () => {
    const { client, view } = stage

    await stage.play(
      client('a').asks('/p', {
        fields: {
          Host: 'shop.test',
          'X-Two': ['1', '2'],
          Cookie: 'a=1; b=2',
          'X-Latin': 'caf\u00e9',
          Connection: 'close, X-Named',
          'X-Named': '1',
          TE: 'trailers',
          'Proxy-Authorization': 'basic x',
          'X-Forwarded-For': '10.0.0.1',
          Forwarded: 'for=10.0.0.1',
        },
      }),
      view.receives({
        fields: {
          host: 'shop.test',
          'x-two': '1, 2',
          cookie: 'a=1; b=2',
          'x-latin': 'caf\u00e9',
          'x-named': undefined,
          te: undefined,
          'proxy-authorization': undefined,
          'x-forwarded-for': undefined,
          forwarded: undefined,
          via: '1.1 breakwater',
        },
      }),
      view.answers({
        fields: {
          'Set-Cookie': ['a=1, b', 'c=2'],
          'X-Two': ['1', '2'],
          'X-Latin': 'caf\u00e9',
          Connection: 'close, X-Named',
          'X-Named': '1',
          'Keep-Alive': 'timeout=5',
          'Proxy-Authenticate': 'basic',
        },
      }),
      client('a').gets({
        fields: {
          'set-cookie': 'a=1, b, c=2',
          'x-two': '1, 2',
          'x-latin': 'caf\u00e9',
          'x-named': undefined,
          'keep-alive': undefined,
          'proxy-authenticate': undefined,
        },
      }),
    )
  })

  it('gives the first part of a page before the last is made', async () => {
    const { client, view } = stage

    await stage.play(
      client('a').asks('/p'),
      view.begins({ fields: KEPT, body: 'one ' }),
      client('a').has('one '),
      view.sends('two'),
      view.ends(),
      client('a').gets({ body: 'one two' }),
    )
  })

  it('goes round the cache with addresses that URL would write in another way', async () => {
    const { client, view } = stage

    await stage.play(
      client('a').asks('/b'),
      view.answers({ fields: KEPT }),
      client('a').gets({ body: 'page 1' }),
      client('a').asks('/a/../b'),
      view.receives({ target: '/a/../b' }),
      view.answers({ fields: KEPT }),
      client('a').gets({ body: 'page 2' }),
      client('a').asks('*', { method: 'OPTIONS' }),
      view.receives({ method: 'OPTIONS', target: '*' }),
      view.answers(),
      client('a').gets({ body: 'page 3' }),
    )
  })

  it('takes a whole address in the first line for path and host', async () => {
    const { client, view } = stage

    await stage.play(
      client('a').asks('http://shop.test?q', { fields: { Host: 'other.test' } }),
      view.receives({ target: '/?q', fields: { host: 'shop.test' } }),
      view.answers({ fields: KEPT }),
      client('a').gets({ body: 'page 1' }),
      client('a').asks('/?q', { fields: { Host: 'shop.test' } }),
      client('a').gets({ body: 'page 1' }),
    )
  })

  it('asks the origin itself when a GET brings a body', async () => {
    const { client, view } = stage

    await stage.play(
      client('a').asks('/p'),
      view.answers({ fields: KEPT }),
      client('a').gets({ body: 'page 1' }),
      client('a').asks('/p', { body: 'only mine' }),
      view.receives({ body: 'only mine' }),
      view.answers({ fields: KEPT }),
      client('a').gets({ body: 'page 2' }),
    )
  })

  it('cuts an answer that the origin breaks off, and keeps nothing of it', async () => {
    const { client, view } = stage

    await stage.play(
      client('a').asks('/p'),
      view.begins({ fields: KEPT, body: 'one ' }),
      client('a').has('one '),
      view.breaks(),
      client('a').isCutOff(),
      client('a').asks('/p'),
      view.answers({ fields: KEPT }),
      client('a').gets({ body: 'page 2' }),
    )
  })

  it('answers 502 for an origin that hangs up, or speaks no HTTP', async () => {
    const { client, view } = stage

    await stage.play(
      client('a').asks('/p'),
      view.breaks(),
      client('a').gets({ status: 502 }),
      client('a').asks('/p'),
      view.answers({ status: 999 }),
      client('a').gets({ status: 502 }),
    )
  })

  it('survives an origin that sends more than it announced, and keeps what was announced', async () => {
    const { client, view } = stage

    await stage.play(
      client('a').asks('/p'),
      view.answers({
        fields: { ...KEPT, 'Content-Length': '4' },
        body: 'page HTTP/1.1 200 OK\r\n\r\n',
      }),
      client('a').gets({ body: 'page' }),
      client('b').asks('/p'),
      client('b').gets({ body: 'page' }),
      client('b').asks('/q'),
      view.answers(),
      client('b').gets({ body: 'page 2' }),
    )
  })

  it('finishes a page whose visitor left, if another waits for it', async () => {
    const { client, store, view } = stage

    await stage.play(
      client('a').asks('/p'),
      view.receives(),
      client('b').asks('/p'),
      store.isAsked(2),
      client('a').leaves(),
      view.answers({ fields: KEPT }),
      client('b').gets({ body: 'page 1' }),
    )
  })

  it('answers 504 for an origin that says nothing', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const store = new CachedPages(new FakeClock())
    const origin = `http://127.0.0.1:${port}`
    const proxy = await startProxy({ origin, port: 0, store, silentMs: 20 })

    const { status } = await fetch(`http://127.0.0.1:${proxy.port}/`)

    expect(status).toBe(504)
    await proxy.close()
    await store.close()
    silent.close()
  })
})
