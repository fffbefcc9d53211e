// Part B4: pickles that CPython made, of every protocol, and ours as CPython reads them.
import { readPickle, writePickle } from 'breakwater/django'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Django, startDjango } from './django.ts'
import { READ_ONLY, ROWS } from './rows.ts'

let django: Django
beforeAll(async () => {
  django = await startDjango({ redis: 'redis://127.0.0.1:1' })
})
afterAll(async () => {
  await django?.stop()
})

/** CPython itself loses `fold` below protocol 4, and cannot pickle a SafeString below 2. */
function isLost(python: string, protocol: number): boolean {
  return (python.includes('fold=') && protocol < 4) || (python.startsWith('Safe') && protocol < 2)
}

describe.each([0, 1, 2, 3, 4, 5])('protocol %i', (protocol) => {
  it.each(ROWS.filter(({ python }) => !isLost(python, protocol)))(
    'of $python is read',
    async ({ python, value }) => {
      const pickle = await django.run(`b64(pickle.dumps(${python}, ${protocol}))`)

      expect(readPickle(Buffer.from(String(pickle), 'base64'))).toStrictEqual(value)
    },
  )

  it('is read by the Python version of the pickler, which writes other opcodes', async () => {
    const values = ROWS.filter(({ python }) => !isLost(python, protocol))
    for (const { python, value } of values) {
      const pickle = await django.run(`b64(pickle._dumps(${python}, ${protocol}))`)

      expect(readPickle(Buffer.from(String(pickle), 'base64')), python).toStrictEqual(value)
    }
  })
})

describe('what writePickle writes', () => {
  it.each(ROWS.filter(({ write }) => write !== READ_ONLY))(
    'CPython reads as $python',
    async (row) => {
      const value = 'write' in row && typeof row.write !== 'symbol' ? row.write : row.value
      const pickle = writePickle(value).toString('base64')

      expect(
        await django.run(`same(pickle.loads(base64.b64decode('${pickle}')), ${row.python})`),
      ).toBe(true)
      expect(
        await django.run(`same(pickle._loads(base64.b64decode('${pickle}')), ${row.python})`),
      ).toBe(true)
    },
  )

  it('CPython reads with lengths at every border', async () => {
    const lengths = [0, 1, 255, 256, 65_535, 65_536]
    const value = lengths.flatMap((length) => ['x'.repeat(length), Buffer.alloc(length, 'y')])
    const pickle = writePickle(value).toString('base64')
    const python = `[part for n in ${JSON.stringify(lengths)} for part in ('x' * n, b'y' * n)]`

    expect(await django.run(`same(pickle.loads(base64.b64decode('${pickle}')), ${python})`)).toBe(
      true,
    )
  })

  it('CPython reads with more names than are noted', async () => {
    const value = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`n${index}`, index]),
    )
    const pickle = writePickle([value, value]).toString('base64')
    const python = "[{'n%d' % i: i for i in range(5000)}] * 2"

    expect(await django.run(`pickle.loads(base64.b64decode('${pickle}')) == ${python}`)).toBe(true)
  })

  it('pickletools takes for a proper pickle', async () => {
    await django.run('import pickletools, io')
    for (const { value } of ROWS) {
      const pickle = writePickle(value).toString('base64')

      expect(
        await django.run(`pickletools.dis(base64.b64decode('${pickle}'), io.StringIO())`),
      ).toBe(null)
    }
  })
})
