// What nobody here can decode is a counted miss, wherever it lies, and the next load replaces it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Codec } from '../../src/base/codec.ts'
import { json } from '../../src/codec/json.ts'
import { TESTED, type TestedStore } from '../cache/stores.ts'

/** A codec of somebody else, whose payloads begin with a byte that none of ours uses. */
function strange(bytes: Buffer): Codec {
  const ours = json()
  return {
    name: 'strange',
    encode: () => bytes,
    decode: (payload, key) => ours.decode(payload, key),
    copy: (value, freeze) => ours.copy(value, freeze),
  }
}

const FOREIGN: readonly (readonly [string, Buffer])[] = [
  ['an unknown codec', Buffer.from('?what is this')],
  ['no bytes at all', Buffer.alloc(0)],
  ['JSON of another program, without a tag', Buffer.from('{"a":1}')],
  ["Python's pickle", Buffer.from('8005951500000000000000', 'hex')],
  ['a version of a format that is to come', Buffer.from([0xff, 0xff, 1, 2, 3])],
]

describe.each(TESTED.filter(([name]) => name !== 'memory'))('bytes on %s', (_, start) => {
  let store: TestedStore

  beforeAll(async () => {
    store = await start()
  }, 60_000)
  afterAll(async () => {
    await store.stop()
  })

  it('that nobody can decode are counted misses, and the next load replaces them', async () => {
    const cache = store.open()
    const errors: unknown[] = []
    cache.on('error', ({ error }) => errors.push(error))
    for (const [what, bytes] of FOREIGN)
      await store.open({ codec: strange(bytes) }).set(what, 'never read')

    const names = FOREIGN.map(([what]) => what)
    expect(await cache.getMany(names)).toEqual(new Map())
    expect((await cache.stats()).undecodable).toBe(FOREIGN.length)
    expect(errors).toEqual(names.map(() => expect.objectContaining({ code: 'E_DECODE' })))
    for (const what of names) expect(await cache.getOrSet(what, () => 'loaded')).toBe('loaded')
    expect(await cache.getMany(names)).toEqual(new Map(names.map((what) => [what, 'loaded'])))
  })
})
