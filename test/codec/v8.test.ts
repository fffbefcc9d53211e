// Structured clones are looked through before V8 reads them, and what our encoder writes passes.
import { expect, it } from 'vitest'
import { v8 } from '../../src/codec/v8.ts'
import { exact } from './exact.ts'

const codec = v8()

function nested(levels: number): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value }
  return value
}

/** V8 writes it as a sparse one from then on, holes or not. */
function withRoom(length: number): number[] {
  const list: number[] = []
  list.length = length
  return list
}

it.for<[string, unknown]>([
  ['an array that V8 made room for', { filled: withRoom(40).fill(7) }],
  ['an array that grew from its end', { grown: Object.assign([], { 2: 'c', 1: 'b', 0: 'a' }) }],
  ['32 levels', nested(32)],
  ['text of two bytes a letter, wherever it begins', ['a', '\u4e00', { 'x\u4e00': '\u4e00y' }]],
  ['text longer than a byte can say', { text: 'a\u00e9'.repeat(20_000) }],
  ['names that are numbers', { list: { 0: 'a', 70_000: 'b', 4_294_967_295: 'c' } }],
  ['the same object twice', ((one) => ({ one, two: one }))({ at: new Date(0) })],
])('%s is written as a structured clone and comes back', ([, value]) => {
  const payload = codec.encode(value, 'k')

  expect(payload.toString('latin1', 0, 1)).toBe('v')
  expect(exact(codec.decode(payload, 'k'))).toBe(exact(value))
})

it('what V8 writes as sparse is among them', () => {
  expect(codec.encode(withRoom(40).fill(7), 'k').toString('latin1', 3, 5)).toBe('a(')
})

const FORMAT = codec.encode({}, 'k').toString('hex', 0, 3)

it.for<[string, string, RegExp]>([
  ['a sparse array of 33 million', '6f 61ffffff0f 7b00', /a name in it is no text/],
  ['a sparse array without its elements', '61ffffff0f 4000ffffff0f', /longer than its elements/],
  ['a dense array without its elements', '41ffffff0f', /ends too soon/],
  ['text without its letters', '22ffffff0f 61', /ends too soon/],
  ['a number that does not end', '49ffffffffffffff', /does not end/],
  ['an array with a hole', '4101 2d 240001', /do not write/],
  ['an object of a class that we do not write', '79', /do not write/],
  ['100 levels', '4101'.repeat(100), /deeper than what we write/],
  ['something behind the value', '6f7b00 5f', /does not end where its value does/],
])('%s is a miss, and takes no memory', ([, hex, message]) => {
  const payload = Buffer.from(FORMAT + hex.replaceAll(' ', ''), 'hex')
  const before = process.memoryUsage.rss()

  expect(() => codec.decode(payload, 'k')).toThrow(message)
  expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000)
})

it('takes another version of the format for a miss', () => {
  const payload = codec.encode({ a: 1 }, 'k')
  payload[2] = 14

  expect(() => codec.decode(payload, 'k')).toThrow(/version 14, and this Node's/)
})
