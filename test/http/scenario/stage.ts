// Where scenarios play: clients, a view that does what it is told, a store that can be held up, and a clock that stands still.
//
//   const stage = await openStage(openOnProxy)
//   const { client, store, time, view } = stage
//   await stage.play(
//     client('a').asks('/p'),
//     view.receives({ target: '/p' }),
//     view.answers({ fields: { 'Cache-Control': 'max-age=60' } }),
//     client('a').gets({ status: 200, body: 'page 1' }),
//     time.passes('10s'),
//     client('b').asks('/p'),
//     client('b').gets({ body: 'page 1', age: 10 }),
//   )
//
// Steps happen in the order in which they are written, each when the one before it is done; `asks` does not wait, `gets`
// does. Nobody sleeps. A step that waits for what never comes fails and says what each actor is doing; a scenario that ends
// while the view has a request that nobody answered fails, too: it was asked where the page should have come from the cache.
import type { Duration } from '../../../src/base/duration.ts'
import { toMs } from '../../../src/base/duration.ts'
import type { PageOptions, PageStore } from '../../../src/http/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'
import { Client, type Send } from './client.ts'
import { playSteps, type Step } from './step.ts'
import { StoreActor } from './store.ts'
import { View, type ViewCall } from './view.ts'
import { Watch } from './watch.ts'

/** A site with the page cache in it: how clients reach it and how it reaches its view. */
interface Site {
  readonly send: Send
  close(): Promise<void>
}

export type OpenSite = (frame: {
  readonly store: PageStore
  readonly options: PageOptions
  /** Has a request answered by the view. */
  readonly view: (call: ViewCall) => void
}) => Promise<Site>

interface StageOptions extends Omit<PageOptions, 'clock'> {
  /** How long a step waits in vain. Default 5,000 ms of real time. */
  readonly patienceMs?: number
}

export interface Stage {
  /** The same client for the same name. */
  readonly client: (name: string) => Client
  readonly view: View
  readonly store: StoreActor
  readonly time: { passes(duration: Duration): Step }
  readonly clock: FakeClock
  /** For barriers: see `Barrier` in step.ts. */
  readonly watch: Watch
  play(...steps: readonly Step[]): Promise<void>
  close(): Promise<void>
}

export async function openStage(openSite: OpenSite, given: StageOptions = {}): Promise<Stage> {
  const { patienceMs, ...options } = given
  const clock = new FakeClock()
  const now = (): number => clock.now()
  const watch = new Watch(patienceMs)
  const pages = new CachedPages(clock)
  const store = new StoreActor(pages, watch)
  const view = new View(watch, now)
  const site = await openSite({
    store,
    options: { cacheStatus: true, onError: () => {}, ...options, clock },
    view: (call) => view.call(call),
  })
  const clients = new Map<string, Client>()
  const settle = async (): Promise<void> => await store.settle()
  return {
    client(name) {
      const known = clients.get(name)
      if (known !== undefined) return known
      const made = new Client(name, { send: site.send, watch, now, settle })
      clients.set(name, made)
      return made
    },
    view,
    store,
    time: {
      passes: (duration) => ({
        says: `${JSON.stringify(duration)} passes`,
        act: () => clock.advance(toMs(duration, 'passes')),
      }),
    },
    clock,
    watch,
    async play(...steps) {
      await playSteps(steps)
      const left = view.unanswered()
      if (left.length > 0) throw new Error(`At the end nobody had answered ${left.join(' and ')}.`)
    },
    async close() {
      await site.close()
      await pages.close()
    },
  }
}
