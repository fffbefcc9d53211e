import { describe, expect, it, vi } from 'vitest'
import type { DigestSource, TemplateFacts } from '../../src/fragments/digest.ts'

function template(name: string, more: Partial<TemplateFacts> = {}): TemplateFacts {
  return { name, text: name, includes: [], computed: false, helpers: new Map(), ...more }
}

/** The digest as a process makes it that is started now. */
async function digestOf(root: TemplateFacts, source: Partial<DigestSource> = {}): Promise<string> {
  vi.resetModules()
  const { Digests } = await import('../../src/fragments/digest.ts')
  const read = async (name: string): Promise<TemplateFacts> => template(name)
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const digest = await new Digests({ read, list: () => [], watch: false, ...source }).of(root)
  emit.mockRestore()
  return digest
}

describe('Digests', () => {
  it.for([
    ['a name that is computed', { computed: true }],
    ['code that cannot be read', { unreadable: true }],
  ] as const)('counts all templates where there is %s', async ([, open]) => {
    const root = template('page', open)

    const some = await digestOf(root, { list: () => ['a', 'b'] })

    expect(await digestOf(root, { list: () => ['b', 'a'] })).toBe(some)
    expect(await digestOf(root, { list: () => ['a', 'b', 'c'] })).not.toBe(some)
  })

  it.for([
    ['which nobody can list', undefined],
    ['of which there are too many', Array.from({ length: 1001 }, (_, n) => `t${n}`)],
  ] as const)('is this process’s own where it may include any template, %s', async ([, names]) => {
    const list = (): readonly string[] | undefined => names
    const open = template('page', { computed: true })
    const declared = template('page', { computed: true, text: 'Template Dependency: a' })

    expect(await digestOf(open, { list })).not.toBe(await digestOf(open, { list }))
    expect(await digestOf(declared, { list })).toBe(await digestOf(declared, { list }))
  })

  it('does not count what the engine cannot read', async () => {
    const root = template('page', { computed: true })
    const read = async (name: string): Promise<TemplateFacts> => {
      if (name === 'picture.png') throw new SyntaxError('no template')
      return template(name)
    }

    const without = await digestOf(root, { read, list: () => ['a'] })

    expect(await digestOf(root, { read, list: () => ['a', 'picture.png'] })).toBe(without)
  })
})
