import type { Cache } from '../../../src/cache/cache.ts'
import type { AliasOptions } from '../../../src/config/alias.ts'
import { type Random, skewed } from '../../../examples/store/database/random.ts'

/** A cache under a made-up load, and the means to let time pass. */
interface Scene {
  readonly cache: Cache
  readonly random: Random
  /** Lets so many milliseconds of the cache's clock pass. */
  readonly pass: (ms: number) => Promise<void>
  /** A loader that takes so long. */
  readonly slow: <T>(value: T, ms: number) => () => Promise<T>
}

export interface Workload {
  readonly options?: AliasOptions
  readonly play: (scene: Scene) => Promise<void>
}

/** A value of about so many bytes. */
function text(bytes: number): string {
  return 'x'.repeat(bytes)
}

async function load(
  scene: Scene,
  key: readonly (string | number)[],
  value: unknown,
  ttl: `${number}s` | `${number}m` | `${number}h` = '10m',
): Promise<void> {
  const loading = scene.cache.getOrSet(key, scene.slow(value, 20), { ttl })
  await scene.pass(20)
  await loading
}

/** A shop as it should be: products read by many, carts by their owner, both for about as long as they are of use. */
export const good: Workload = {
  async play(scene) {
    for (let visit = 0; visit < 1500; visit++) {
      await load(scene, ['product', skewed(scene.random, 60)], text(800))
      await load(scene, ['cart', visit % 50, 'lines'], text(200))
      await scene.pass(400)
    }
  },
}

/** By the code of the rule that must speak. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  'written-more-than-read': {
    async play({ cache }) {
      for (let move = 0; move < 400; move++) await cache.set(['courier', move % 20], { x: move })
      for (let look = 0; look < 60; look++) await cache.get(['courier', look % 20])
    },
  },
  'rarely-hit': {
    async play(scene) {
      for (let at = 0; at < 300; at++) await load(scene, ['report', 1_700_000_000 + at], text(100))
    },
  },
  oversized: {
    async play(scene) {
      for (let visit = 0; visit < 20; visit++) await load(scene, ['catalogue', 1], text(400_000))
    },
  },
  'ttl-too-long': {
    async play(scene) {
      for (let item = 0; item < 200; item++) {
        for (let visit = 0; visit < 5; visit++) {
          await load(scene, ['ticket', item], text(100), '48h')
          await scene.pass(2_000)
        }
      }
    },
  },
  'ttl-too-short': {
    async play(scene) {
      for (let round = 0; round < 40; round++) {
        for (let item = 0; item < 10; item++) await load(scene, ['weather', item], text(100), '10s')
        await scene.pass(20_000)
      }
    },
  },
  'generic-key': {
    async play({ cache }) {
      for (let user = 0; user < 60; user++) {
        await cache.set('profile', { name: text(user % 9) })
        for (let read = 0; read < 5; read++) await cache.get('profile')
      }
    },
  },
  'never-read-again': {
    async play(scene) {
      for (let visit = 0; visit < 400; visit++) {
        await load(scene, ['listing', visit], text(100), '10s')
        for (let read = 0; read < 3; read++)
          await load(scene, ['listing', visit % 4], text(100), '10s')
        await scene.pass(500)
      }
      await scene.pass(20_000)
    },
  },
  'memory-too-small': {
    options: { store: 'memory://?maxBytes=200kb' },
    async play(scene) {
      for (let visit = 0; visit < 6000; visit++) {
        const key = ['picture', Math.floor(600 * scene.random())]
        await scene.cache.getOrSet(key, () => text(1000), '1h')
      }
    },
  },
  'refused-often': {
    options: { maxValueBytes: '1kb' },
    async play(scene) {
      for (let visit = 0; visit < 200; visit++) {
        await load(scene, ['export', visit % 5], text(5000))
        await load(scene, ['product', visit % 5], text(500))
      }
    },
  },
}

/** The same, where values leave the process. */
export const REMOTE_WORKLOADS: Readonly<Record<string, Workload>> = {
  'hot-key': {
    async play({ cache, slow, random }) {
      for (let visit = 0; visit < 1200; visit++) {
        const key = visit % 2 === 0 ? 'settings' : ['product', skewed(random, 40)]
        await cache.getOrSet(key, slow(text(100), 30), '10m')
      }
    },
  },
  'costs-more-than-it-saves': {
    async play({ cache }) {
      for (let visit = 0; visit < 400; visit++) {
        await cache.getOrSet(['slug', visit % 20], () => `title-${visit}`, '10m')
      }
    },
  },
}

export const remoteGood: Workload = {
  async play({ cache, slow, random }) {
    for (let visit = 0; visit < 1200; visit++) {
      await cache.getOrSet(['product', skewed(random, 80, 1.2)], slow(text(100), 10), '10m')
    }
  },
}
