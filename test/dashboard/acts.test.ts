// What can be done on the pages, and what is left of it in the audit.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCaches, type Caches, encrypted, json, memory } from '../../src/index.ts'
import { type AuditEntry, type Dashboard, dashboard } from '../../src/dashboard/index.ts'
import { pageCache } from '../../src/http/index.ts'
import { chaosStore, type ChaosStore, fakeClock, type FakeClock } from '../../src/testing/index.ts'
import { ask, doAct, post, question, SAME_ORIGIN, text } from './asking.ts'

let clock: FakeClock
let chaos: ChaosStore
let caches: Caches<'default' | 'sessions' | 'vault'>
let board: Dashboard
let told: AuditEntry[]

beforeEach(() => {
  clock = fakeClock()
  chaos = chaosStore(memory(), { seed: 1 })
  caches = createCaches({
    default: { store: chaos, clock, jitter: 0 },
    sessions: { store: memory(), clock },
    vault: { store: memory(), clock, codec: encrypted(json(), { keys: [Buffer.alloc(32, 7)] }) },
  })
  told = []
  board = dashboard({ caches, clock, authorize: () => 'ada', onAudit: (entry) => told.push(entry) })
})

afterEach(async () => {
  board.close()
  await caches.close()
})

const target = (act: string, more: Record<string, string> = {}): Record<string, string> => ({
  act,
  alias: 'default',
  ...more,
})

describe('delete, invalidate and extend', () => {
  beforeEach(async () => {
    await caches.default.set('a', 1, { ttl: '5m' })
  })

  it('say before what lies there', async () => {
    const page = await text(board, '/confirm?act=delete&alias=default&key=a')

    expect(page).toContain('Delete this key?')
    expect(page.replaceAll(/\s+/g, ' ')).toContain('lies one value, fresh for 5 min')
  })

  it.for(['delete', 'invalidate'])('%s: the value is gone, and the page says so', async (act) => {
    const answer = await doAct(board, target(act, { key: 'a' }))

    expect(answer.status).toBe(303)
    expect(await caches.default.has('a')).toBe(false)
    expect(await text(board, `/${answer.headers.get('location')}`)).toContain('role="status"')
  })

  it('extend: the value is fresh for as long as was said', async () => {
    await doAct(board, target('touch', { key: 'a' }), { ttl: '2h' })

    expect(await caches.default.ttl('a')).toBe(7_200_000)
  })

  it('extend refuses what is no time, in words, and asks again', async () => {
    const answer = await doAct(board, target('touch', { key: 'a' }), { ttl: '15' })

    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('role="alert"')
    expect(await caches.default.ttl('a')).toBe(300_000)
  })

  it('reach into a namespace and no further', async () => {
    await caches.default.namespace('reports').set('a', 2)

    await doAct(board, target('delete', { key: 'a', ns: 'reports' }))

    expect(await caches.default.namespace('reports').has('a')).toBe(false)
    expect(await caches.default.has('a')).toBe(true)
  })

  it('take keys as they are, whatever is in them', async () => {
    const key = ' <img src=x onerror=alert(1)>&"\'\u202e\u0000 '
    await caches.default.set(key, 1)

    const answer = await doAct(board, target('delete', { key }))

    expect(answer.status).toBe(303)
    expect(await caches.default.has(key)).toBe(false)
  })
})

describe('delete by pattern', () => {
  it('says how many keys match, and removes those', async () => {
    for (let id = 0; id < 7; id++) await caches.default.set(['product', id], id)
    await caches.default.set('other', 1)

    const fields = target('delete-pattern', { pattern: 'product:*' })
    const page = await text(board, `/confirm?${new URLSearchParams(fields).toString()}`)
    await doAct(board, fields)

    expect(page).toContain('7 keys match')
    expect(told.at(-1)?.message).toBe('7 keys were deleted.')
    expect(await caches.default.has('other')).toBe(true)
  })
})

describe('invalidate tags', () => {
  it('drops all that carry one of them', async () => {
    await caches.default.set('a', 1, { tags: ['x'] })
    await caches.default.set('b', 1, { tags: ['y'] })
    await caches.default.set('c', 1, { tags: ['z'] })

    await doAct(board, target('invalidate-tags', { tags: 'x, y' }))

    const left = await caches.default.getMany(['a', 'b', 'c'])
    expect([...left.keys()]).toEqual(['c'])
  })
})

describe('purge', () => {
  it('drops the pages of an address, and those of a route', async () => {
    let made = 0
    const pages = pageCache(caches.default, '60s', { clock, route: () => '/p/:id' })
    const visit = async (path: string): Promise<void> => {
      const answer = await pages(new Request(`https://shop.example${path}`), () => {
        made++
        return new Response('a page')
      })
      await answer.text()
    }
    const settle = async (): Promise<void> => {
      await visit('/p/1')
      await visit('/p/2')
    }
    await settle()
    await settle()
    const before = made

    await doAct(board, target('purge-url', { url: 'https://shop.example/p/1' }))
    await settle()
    const afterUrl = made
    await doAct(board, target('purge-route', { route: '/p/:id' }))
    await settle()

    expect([before, afterUrl, made]).toEqual([2, 3, 5])
  })

  it('refuses what is no address', async () => {
    const answer = await ask(board, '/confirm?act=purge-url&alias=default&url=javascript:alert(1)')

    expect(answer.status).toBe(400)
  })
})

describe('clear', () => {
  beforeEach(async () => {
    await caches.default.set('a', 1)
    await caches.default.namespace('reports').set('b', 1)
  })

  it('needs the name of the alias typed, and says how much would go', async () => {
    const page = await text(board, '/confirm?act=clear&alias=default')
    const wrong = await doAct(board, target('clear'), { typed: 'sessions' })
    const kept = await caches.default.has('a')

    const right = await doAct(board, target('clear'), { typed: 'default' })

    expect(page).toContain('These are 1 key of its present version')
    expect([wrong.status, kept, right.status]).toEqual([422, true, 303])
    expect(await caches.default.has('a')).toBe(false)
    expect(await caches.default.namespace('reports').has('b')).toBe(false)
  })

  it('of a namespace leaves the rest', async () => {
    await doAct(board, target('clear-namespace', { ns: 'reports' }), { typed: 'reports' })

    expect(await caches.default.namespace('reports').has('b')).toBe(false)
    expect(await caches.default.has('a')).toBe(true)
  })

  it('of one alias leaves the others', async () => {
    await caches.sessions.set('s', 1)

    await doAct(board, target('clear'), { typed: 'default' })

    expect(await caches.sessions.has('s')).toBe(true)
  })
})

describe('the audit', () => {
  it('says who did what to what, when, and what came of it; and can be downloaded', async () => {
    await doAct(board, target('invalidate-tags', { tags: 'x' }))

    const entry = {
      id: 1,
      at: clock.now(),
      actor: 'ada',
      action: 'invalidate-tags',
      alias: 'default',
      target: 'x',
      outcome: 'done',
      message: '1 tag was invalidated.',
    }
    expect(told).toEqual([entry])
    expect(await (await ask(board, '/audit.json')).json()).toEqual([entry])
    expect(await text(board, '/audit')).toContain('invalidate-tags')
  })

  it('keeps the last 500, however many there were', async () => {
    const fields = await question(board, target('delete', { key: 'a' }))
    for (let times = 0; times < 510; times++) await post(board, fields)

    const entries = (await (await ask(board, '/audit.json')).json()) as AuditEntry[]

    expect(entries).toHaveLength(500)
    expect(entries[0]?.id).toBe(510)
  })

  it('shortens the keys of sessions', async () => {
    await doAct(board, { act: 'delete', alias: 'sessions', key: 'sess:3f9ab2c4d5e6f7a8b9c0' })

    expect(told[0]?.target).toBe('sess:3f9…')
    expect(await text(board, '/audit')).not.toContain('3f9ab2')
  })

  it('says that nothing was done when the store is away, and the page does, too', async () => {
    await caches.default.set('a', 1)
    const fields = await question(board, target('invalidate', { key: 'a' }))
    chaos.down()

    const answer = await post(board, fields)

    expect(told[0]?.outcome).not.toBe('done')
    expect(await text(board, `/${answer.headers.get('location')}`)).toContain('Not done.')
  })

  it('tells nobody else what one has done', async () => {
    const answer = await doAct(board, target('invalidate-tags', { tags: 'x' }))
    const others = dashboard({ caches, clock, authorize: () => 'eve' })

    const page = await text(others, `/${answer.headers.get('location')}`)
    others.close()

    expect(page).not.toContain('1 tag was invalidated')
  })

  it('is not harmed by one who keeps it and throws', async () => {
    const failing = dashboard({
      caches,
      clock,
      authorize: () => 'ada',
      onAudit: () => {
        throw new Error('disk full')
      },
    })

    const answer = await doAct(failing, target('invalidate-tags', { tags: 'x' }))
    failing.close()

    expect(answer.status).toBe(303)
  })
})

describe('a form that is sent by the script', () => {
  it('is answered in JSON', async () => {
    const fields = await question(board, target('invalidate-tags', { tags: 'x' }))

    const answer = await post(board, fields, { ...SAME_ORIGIN, 'x-breakwater': 'act' })

    expect(await answer.json()).toEqual({
      outcome: 'done',
      message: '1 tag was invalidated.',
      href: 'tags?alias=default&done=1',
    })
  })
})

describe('one key', () => {
  it('shows its value as text, its times, its tags and its size, and counts neither as hit nor as miss', async () => {
    await caches.default.getOrSet('a', async () => ({ name: '<b>bold</b>', password: 'hunter2' }), {
      ttl: '5m',
      tags: ['t1'],
    })
    const { hits, misses } = caches.default.measures().counts

    const page = await text(board, '/key?alias=default&key=a')

    expect(page).toContain('&lt;b&gt;bold&lt;/b&gt;')
    expect(page).not.toContain('hunter2')
    expect(page).toContain('t1')
    expect(caches.default.measures().counts).toMatchObject({ hits, misses })
  })

  it('hides what is encrypted, and what sessions hold', async () => {
    await caches.vault.set('a', 'the treasure')
    await caches.sessions.set('s', 'the treasure')

    const pages = [
      await text(board, '/key?alias=vault&key=a'),
      await text(board, '/key?alias=sessions&key=s'),
    ]

    expect(pages[0]).toContain('Encrypted')
    expect(pages[1]).toContain('Hidden')
    for (const page of pages) expect(page).not.toContain('the treasure')
  })

  it('shows 4 kB of a long value at first, and 256 kB when asked for more', async () => {
    await caches.default.set('long', 'x'.repeat(1_000_000))

    const [first, more] = [
      await text(board, '/key?alias=default&key=long'),
      await text(board, '/key?alias=default&key=long&show=more'),
    ]

    expect(first.length).toBeLessThan(16_000)
    expect(first).toContain('Show more')
    expect(more.length).toBeGreaterThan(262_144)
    expect(more.length).toBeLessThan(280_000)
  })

  it('tells what happened to it while somebody looks, newest first', async () => {
    await text(board, '/key?alias=default&key=a')
    await caches.default.getOrSet('a', () => 1)
    await caches.default.get('a')

    const page = await text(board, '/key?alias=default&key=a')

    const badges = [...page.matchAll(/class="badge \w+">(hit|miss|load)</g)].map(([, what]) => what)
    expect(badges[0]).toBe('hit')
    expect(badges).toContain('load')
    expect(badges).toContain('miss')
  })

  it('listens to each read no longer when nobody has looked for a minute', async () => {
    await text(board, '/key?alias=default&key=a')
    await clock.advance(70_000)
    await caches.default.get('a')

    const page = await text(board, '/key?alias=default&key=a')

    expect(page).toContain('Nothing yet')
  })

  it('says that the store does not answer, rather than that nothing lies there', async () => {
    await caches.default.set('a', 1)
    chaos.down()

    const answer = await ask(board, '/key?alias=default&key=a')

    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('The store does not answer')
  })
})
