// Pages that keep themselves up to date, and what that costs, however many look.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cache, createCaches, type Caches, memory } from '../../src/index.ts'
import { type Dashboard, dashboard, type DashboardOptions } from '../../src/dashboard/index.ts'
import {
  fakeClock,
  type FakeClock,
  recordingStore,
  type RecordingStore,
} from '../../src/testing/index.ts'
import { TARGET } from '../../src/cache/transaction.ts'
import { ask, text } from './asking.ts'
import { madeUpFleet, START } from './stage.ts'

let clock: FakeClock
let store: RecordingStore
let caches: Caches
let board: Dashboard

function open(options: Partial<DashboardOptions> = {}): Dashboard {
  board = dashboard({ caches, clock, ...options })
  return board
}

beforeEach(() => {
  clock = fakeClock(START)
  store = recordingStore(memory())
  caches = createCaches({ default: { store, clock } })
})

afterEach(async () => {
  board.close()
  await caches.close()
})

/** One who looks, and what came. */
class Viewer {
  readonly response: Response
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #text = ''
  ended = false

  constructor(response: Response) {
    this.response = response
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader()
    void this.#read()
  }

  get events(): number {
    return this.#text.match(/^data: /gm) === null ? 0 : this.#text.split(/^id: /m).length - 1
  }

  get text(): string {
    return this.#text
  }

  async leave(): Promise<void> {
    await this.#reader.cancel()
  }

  async #read(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read()
      if (done) break
      this.#text += Buffer.from(value).toString()
    }
    this.ended = true
  }
}

async function view(path = '/live?page='): Promise<Viewer> {
  return new Viewer(await ask(board, path))
}

async function views(many: number, path?: string): Promise<Viewer[]> {
  return await Promise.all(Array.from({ length: many }, () => view(path)))
}

function counting(cache: Cache): { reads: number } {
  const counted = { reads: 0 }
  const measures = cache.measures.bind(cache)
  Object.defineProperty(cache, 'measures', {
    value: () => {
      counted.reads++
      return measures()
    },
  })
  return counted
}

describe('a stream', () => {
  it('says what proxies and compressing layers must know', async () => {
    open()

    const { response } = await view()

    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform')
  })

  it('sends the page when it has changed, and a sign of life when it has not', async () => {
    open()
    const viewer = await view('/live?page=audit')

    await clock.advance(2000)
    const first = viewer.events
    await clock.advance(16_000)

    expect(first).toBe(1)
    expect(viewer.events).toBe(1)
    expect(viewer.text).toContain(': still here')
  })

  it('shows what was read meanwhile', async () => {
    open()
    const viewer = await view('/live?page=families')
    await caches.default.set(['product', 1], 1)
    await caches.default.get(['product', 1])

    await clock.advance(2000)

    expect(viewer.text).toContain('product:')
  })

  it('holds nobody’s name and no token: it is the same for all', async () => {
    open({ authorize: () => 'ada' })
    const [viewer] = await views(1)

    await clock.advance(2000)

    expect(viewer?.text).not.toMatch(/ada|token/)
  })

  it.for(['key', 'keys', 'tags', 'settings', 'nowhere', '__proto__'])(
    'is none of the page %s, which would read a store for each viewer',
    async (page) => {
      open()

      expect((await ask(board, `/live?page=${page}`)).status).toBe(404)
    },
  )

  it('ends when the dashboard is closed, with every timer', async () => {
    open()
    const viewer = await view()
    const before = clock.pending

    board.close()
    await clock.advance(2000)

    expect(viewer.ended).toBe(true)
    expect(clock.pending).toBeLessThan(before)
  })
})

describe('50 viewers', () => {
  it('cost one look at the measures in an interval, and no act on the store', async () => {
    await caches.default.set('a', 1)
    const counted = counting(caches.default)
    open()
    const all = await views(50)
    counted.reads = 0
    store.forget()

    await clock.advance(10_000)

    expect(counted.reads).toBe(5)
    expect(store.acts).toEqual([])
    expect(all.every(({ events }) => events > 0)).toBe(true)
  })

  it('cost one look at the fleet in an interval, wherever they look, and none when they have left', async () => {
    const fleet = madeUpFleet(clock)
    open({ fleet })
    const all = [
      ...(await views(25, '/live?page=fleet')),
      ...(await views(25, '/live?page=&of=fleet')),
    ]
    fleet.looks = 0

    await clock.advance(10_000)
    const looks = fleet.looks
    await Promise.all(all.map((viewer) => viewer.leave()))
    fleet.looks = 0
    await clock.advance(10_000)

    expect(looks).toBe(5)
    expect(fleet.looks).toBe(0)
  })

  it('are sent the same, made once', async () => {
    open()
    const all = await views(50)

    await clock.advance(2000)

    const [first] = all
    expect(all.every((viewer) => viewer.text.slice(12) === first?.text.slice(12))).toBe(true)
  })
})

describe('maxViewers', () => {
  it('turns away whoever is one too many, until somebody leaves', async () => {
    open({ maxViewers: 2 })
    const [first] = await views(2)

    const refused = await ask(board, '/live?page=')
    await first?.leave()
    const admitted = await ask(board, '/live?page=')

    expect([refused.status, admitted.status]).toEqual([204, 200])
  })

  it('lets go of one who takes nothing any more', async () => {
    open({ maxViewers: 1 })
    await ask(board, '/live?page=')

    await clock.advance(60_000)

    expect((await ask(board, '/live?page=')).status).toBe(200)
  })
})

describe('the timer', () => {
  it('goes on when an alias cannot be measured, and the pages show what was seen last', async () => {
    await caches.default.set(['product', 1], 1)
    await caches.default.get(['product', 1])
    open()
    Object.defineProperty(caches.default, 'measures', {
      value: () => {
        throw new Error('broken')
      },
    })

    await clock.advance(6000)

    expect(await text(board, '/families')).toContain('product:')
  })
})

describe('a fleet', () => {
  it('that cannot be seen is said to be so', async () => {
    open({ fleet: { look: () => Promise.reject(new Error('connect ECONNREFUSED')) } })

    expect(await text(board, '/fleet')).toContain('The fleet cannot be seen')
  })

  it('shows each process, who was started lately, and all together', async () => {
    open({ fleet: madeUpFleet(clock) })

    const page = await text(board, '/fleet')

    expect(page).toContain('on 2 hosts')
    expect(page.match(/web-[12]</g)).toHaveLength(4)
    expect(page).toContain('started lately')
  })
})

describe('advice', () => {
  it('is asked for once in 15 seconds, however many pages are opened, and outlives an adviser that fails', async () => {
    let asked = 0
    const finding = {
      code: 'hot-key',
      severity: 'hint',
      title: 'A hot key',
      evidence: 'n',
      remedy: 'm',
    }
    const findings = async (): Promise<(typeof finding)[]> => {
      asked++
      if (asked > 1) throw new Error('the store is away')
      return await Promise.resolve([finding])
    }
    open({ advice: { findings } })

    await Promise.all(Array.from({ length: 20 }, () => text(board, '/advice')))
    const askedAtOnce = asked
    await clock.advance(15_000)
    const page = await text(board, '/advice')

    expect([askedAtOnce, asked]).toEqual([1, 2])
    expect(page).toContain('A hot key')
    expect(page).toMatch(/Advice\s*<span class="count">1</)
  })

  it('of the stores themselves is shown without an adviser', async () => {
    await caches.default.has('a')
    open()
    const advice = {
      severity: 'error',
      code: 'queue-evictable',
      message: 'Jobs may be lost.',
      remedy: 'Set noeviction.',
    } as const

    caches.default[TARGET].core.events.emit('advice', { alias: 'default', advice })

    expect(await text(board, '/advice')).toContain('Jobs may be lost.')
  })
})
