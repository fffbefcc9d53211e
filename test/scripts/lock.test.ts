import { describe, expect, it } from 'vitest'
import { missingEntries } from '../../scripts/lock.mjs'

describe('missingEntries', () => {
  it('adds what a package names for other platforms, pinned and for that platform only', () => {
    const optionalDependencies = {
      '@tool/binding-linux-x64-gnu': '1.2.3',
      '@tool/binding-linux-x64-musl': '1.2.3',
      '@tool/binding-linux-arm-gnueabihf': '1.2.3',
      '@tool/darwin-arm64': '1.2.3',
    }
    const missing = missingEntries({
      '': {},
      'node_modules/tool': { version: '1.2.3', dev: true, optionalDependencies },
      'node_modules/@tool/binding-linux-x64-gnu': { version: '1.2.3' },
    })

    const common = { version: '1.2.3', dev: true, optional: true }
    expect(missing).toEqual({
      'node_modules/@tool/binding-linux-x64-musl': {
        ...common,
        os: ['linux'],
        cpu: ['x64'],
        libc: ['musl'],
      },
      'node_modules/@tool/binding-linux-arm-gnueabihf': {
        ...common,
        os: ['linux'],
        cpu: ['arm'],
        libc: ['glibc'],
      },
      'node_modules/@tool/darwin-arm64': { ...common, os: ['darwin'], cpu: ['arm64'] },
    })
  })

  it('finds what lies beside a nested package or further up', () => {
    const optionalDependencies = { 'a-linux-x64': '1.0.0', 'b-linux-x64': '1.0.0' }
    const nested = {
      'node_modules/x/node_modules/tool': { optionalDependencies },
      'node_modules/x/node_modules/a-linux-x64': {},
      'node_modules/b-linux-x64': {},
    }

    expect(missingEntries(nested)).toEqual({})
  })

  it.for([
    ['is not pinned', { 'a-linux-x64': '^1.0.0' }],
    ['is made for no platform', { fsevents: '2.3.3' }],
  ] as const)('refuses to guess when a package %s', ([, optionalDependencies]) => {
    expect(() => missingEntries({ 'node_modules/tool': { optionalDependencies } })).toThrow(
      /run npm install/,
    )
  })
})
