import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { command } from './redis-ping.ts'
import { RespReader } from './resp-reader.ts'

describe('RespReader', () => {
  it('finds the same commands wherever the bytes are cut', () => {
    const words = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 })
    const commands = fc.array(fc.tuple(fc.constantFrom('GET', 'set', 'Eval'), words), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(commands, fc.integer({ min: 1, max: 40 }), (sent, size) => {
        const bytes = Buffer.from(sent.map(([name, rest]) => command(name, ...rest)).join(''))
        const found: string[] = []
        const reader = new RespReader((name) => found.push(name))

        for (let at = 0; at < bytes.length; at += size) reader.add(bytes.subarray(at, at + size))

        expect(found).toEqual(sent.map(([name]) => name.toUpperCase()))
      }),
    )
  })

  it('counts an inline command', () => {
    const found: string[] = []
    new RespReader((name) => found.push(name)).add(Buffer.from('ping\r\nset k v\r\n'))

    expect(found).toEqual(['PING', 'SET'])
  })
})
