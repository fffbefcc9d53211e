import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CacheCall, CALL_KINDS } from '../../src/base/call.ts'
import { EVENT_NAMES } from '../../src/base/events.ts'
import { TRACED_METHODS } from '../../src/cache/traced-methods.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/channels.md'), 'utf8')

describe('the page of channels', () => {
  it('has every tracing channel, with the methods that it tells of', () => {
    const told = [...page.matchAll(/^\| `breakwater:(\w+)` \| (.*) \|$/gm)].map(
      ([, kind, methods = '']) => [kind, [...methods.matchAll(/`(\w+)`/g)].map(([, name]) => name)],
    )

    const kinds = CALL_KINDS.map((kind) => {
      const methods = Object.keys(TRACED_METHODS).filter(
        (name) => TRACED_METHODS[name]?.[0] === kind,
      )
      return [kind, kind === 'get' ? [...methods, 'refresh'] : methods]
    })
    expect(told).toEqual(kinds)
  })

  it('has every member of a message', () => {
    const told = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)

    const start = {
      kind: 'get' as const,
      alias: 'default',
      operation: 'get',
      store: 'memory',
      remote: false,
      keys: [],
    }
    const call = new CacheCall(start, undefined)
    // The last three are computed, or Node's own.
    expect(new Set(told)).toEqual(new Set([...Object.keys(call), 'outcome', 'result', 'error']))
  })

  it('has every event', () => {
    const [, names = ''] = /tell of all: (.*?)\. \(/.exec(page) ?? []

    expect([...names.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(EVENT_NAMES)
  })
})
