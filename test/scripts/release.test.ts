import { describe, expect, it } from 'vitest'
import { billOf, objections } from '../../scripts/release.mjs'

const READY = {
  manifest: { name: 'breakwater', version: '1.2.3', repository: 'github:somebody/breakwater' },
  changed: '',
  pending: [],
  tags: ['v1.2.2'],
}

describe('objections', () => {
  it('has none against a version that is committed, new, and complete', () => {
    expect(objections(READY)).toEqual([])
  })

  it.for([
    ['changes that are not committed', { changed: ' M src/index.ts\n' }, 'not committed'],
    ['changesets in no version', { pending: ['a.md'] }, 'a.md. Run: npx changeset version'],
    ['a version that was released', { tags: ['v1.2.3'] }, 'v1.2.3 has been released'],
    [
      'a dependency',
      { manifest: { ...READY.manifest, dependencies: { 'left-pad': '1' } } },
      'has dependencies',
    ],
    [
      'no repository',
      { manifest: { name: 'breakwater', version: '1.2.3' } },
      'names no repository',
    ],
  ] as const)('objects to %s', ([, wrong, says]) => {
    const found = objections({ ...READY, ...wrong })

    expect(found).toHaveLength(1)
    expect(found[0]).toContain(says)
  })
})

describe('billOf', () => {
  it('names the package, and what is published', () => {
    const npm = JSON.stringify({ metadata: { component: { name: 'folder', version: '1.2.3' } } })

    const { metadata } = JSON.parse(billOf(npm, READY.manifest, Buffer.from('tarball'))) as {
      metadata: { component: unknown }
    }

    expect(metadata.component).toEqual({
      name: 'breakwater',
      version: '1.2.3',
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) as string }],
    })
  })
})
