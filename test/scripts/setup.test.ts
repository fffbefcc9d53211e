import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decide, missingFrom, NEEDS } from '../../scripts/setup.mjs'

const redis = { binary: 'redis-server', package: 'redis-server', service: 'redis-server' }
const psql = { binary: 'psql', package: 'postgresql' }
const postgres = { binary: 'postgres', package: 'postgresql' }
const chromium = { binary: 'no-such-browser', also: ['node'], package: 'chromium' }
const json = { module: 'json', package: 'python3' }
const tortoise = { module: 'no_such_tortoise', package: 'python3-tortoise' }

describe('decide', () => {
  it('does nothing when nothing is missing', () => {
    expect(decide([], { apt: false, root: false, sudo: false })).toEqual({ act: 'nothing' })
  })

  it('installs each package once as root, and knows what must not start at boot', () => {
    expect(decide([redis, psql, postgres], { apt: true, root: true, sudo: false })).toEqual({
      act: 'install',
      sudo: false,
      packages: ['redis-server', 'postgresql'],
      services: ['redis-server'],
    })
  })

  it('installs through sudo when that asks for no password', () => {
    expect(decide([redis], { apt: true, root: false, sudo: true })).toMatchObject({
      act: 'install',
      sudo: true,
    })
  })

  it('says which command to run where it may not install', () => {
    expect(decide([redis, psql], { apt: true, root: false, sudo: false })).toEqual({
      act: 'refuse',
      message: expect.stringContaining(
        'sudo apt-get install -y --no-install-recommends redis-server postgresql',
      ) as string,
    })
  })

  it('installs the packages of Python modules, and names them where it may not', () => {
    expect(decide([tortoise], { apt: true, root: true, sudo: false })).toMatchObject({
      act: 'install',
      packages: ['python3-tortoise'],
      services: [],
    })
    expect(decide([tortoise], { apt: true, root: false, sudo: false })).toEqual({
      act: 'refuse',
      message: expect.stringMatching(
        /the Python module no_such_tortoise[\s\S]*apt-get install -y --no-install-recommends python3-tortoise/,
      ) as string,
    })
  })

  it('says what to install where there is no apt, root or not', () => {
    expect(decide([redis], { apt: false, root: true, sudo: false })).toEqual({
      act: 'refuse',
      message: expect.stringMatching(
        /redis-server[\s\S]*Install what Debian calls redis-server/,
      ) as string,
    })
  })
})

describe('missingFrom', () => {
  it('finds an executable in any folder of the path, and no file that is not executable', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'breakwater-path-'))
    try {
      await writeFile(join(dir, 'redis-server'), '', { mode: 0o755 })
      await writeFile(join(dir, 'psql'), '', { mode: 0o644 })

      const path = ['/nowhere', dir].join(delimiter)
      expect(missingFrom([redis, psql], path)).toEqual([psql])
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('asks Python for its modules, and misses all of them without a Python', () => {
    expect(missingFrom([json, tortoise], '')).toEqual([tortoise])
    expect(missingFrom([json], '', '/nowhere/python3')).toEqual([json])
  })

  it('takes a browser under any of its names', () => {
    expect(missingFrom([chromium], dirname(process.execPath))).toEqual([])
    expect(missingFrom([chromium], '/nowhere')).toEqual([chromium])
  })

  it('finds everything that the tests need here', () => {
    expect(missingFrom(NEEDS, `${process.env.PATH}:/usr/sbin:/usr/local/sbin`)).toEqual([])
  })
})
