import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { wantsColour } from '../../src/cli/paint.ts'
import { breakwater, inTerminal } from './breakwater.ts'
import { runHere } from './in-process.ts'

const COLOUR = /\u001b\[\d+m/

describe('breakwater', () => {
  let folder: string

  const home = process.cwd()

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-cli-'))
    // No configuration is found here.
    process.chdir(folder)
  })
  afterAll(() => {
    process.chdir(home)
    rmSync(folder, { recursive: true })
  })

  it('lists its commands, and explains each with examples', async () => {
    const [list, short, ...each] = await Promise.all([
      runHere(),
      runHere('keys', '--help'),
      ...['keys', 'purge', 'redis-config'].map((name) => runHere('help', name)),
    ])

    for (const { name, summary } of COMMANDS)
      expect(list?.stdout).toMatch(new RegExp(`${name} .*${summary.slice(0, 20)}`))
    expect(short?.stdout).toBe(each[0]?.stdout)
    for (const { code, stdout } of each)
      expect([code, stdout]).toEqual([0, expect.stringContaining('Examples')])
  })

  it.each([
    [['docter'], "There is no command 'docter'. Did you mean 'doctor'?"],
    [['keys', '--jsn'], "There is no option '--jsn'. Did you mean '--json'?"],
    [['keys', 'a', 'b'], "'keys' has no use for 'b'."],
    [['keys', '--url', '--json'], "'--url' takes a value"],
    [['keys', '--json=yes'], "'--json' takes no value"],
    [['keys', '--limit', '0'], "a whole number, 1 or more, or 'none'"],
    [['get', '--url', 'memory://'], 'Expected a key'],
    [['keys', '--url', 'redys://x'], "Did you mean 'redis://'?"],
    [['keys', '--url', 'memory://', '--alias', 'a b'], 'Expected an alias'],
    [['keys'], 'There is no cache to look at.'],
    [['keys', '--config', 'nowhere.mjs'], /There is no file '.*nowhere\.mjs'/],
    [['purge', '--url', 'memory://'], 'Expected one of --tag'],
    [['purge', '--url', 'memory://', '--tag', 'a', '--prefix', 'b'], 'got several'],
    [['clear', '--url', 'memory://'], "or '--all'"],
    [['clear', 'defualt', '--url', 'memory://', '-y'], "Did you mean 'default'?"],
    [['completion', 'tcsh'], 'Expected one of bash, zsh, fish'],
    [['stats', '--url', 'memory://', '--since', '10'], 'a duration with its unit'],
  ])('ends with 2 and says what was expected: %j', async (args, message) => {
    const { code, stderr, stdout } = await runHere(...args)

    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('    at ')
    expect([code, stdout]).toEqual([2, ''])
  })

  it('reads a configuration of several caches as JSON, and asks which of them is meant', async () => {
    const config = join(folder, 'several.json')
    writeFileSync(config, JSON.stringify({ a: { store: 'memory://' }, b: { store: 'memory://' } }))

    const [which, one] = await Promise.all([
      runHere('keys', '--config', config),
      runHere('keys', '--config', config, '--alias', 'a', '--plain'),
    ])

    expect([which.code, which.stderr]).toEqual([2, expect.stringContaining("Known: 'a', 'b'")])
    expect([one.code, one.stdout]).toEqual([0, ''])
    expect(one.stderr).toContain("'a' is in the memory of each process")
  })

  it('says what to do about a configuration in a language that this Node does not load', async () => {
    const config = join(folder, 'cache.config.ts')
    writeFileSync(config, 'export const caches: object = { default: {} }\n')

    const { code, stderr } = await breakwater(['keys', '--config', config])

    const loads = Number(process.versions.node.split('.')[0]) >= 22
    expect(code).toBe(loads ? 0 : 2)
    expect(stderr).toContain(
      loads ? 'in the memory' : 'write the configuration as cache.config.mjs',
    )
    rmSync(config)
  })

  it('shows where its own bugs, and those of a configuration, are', async () => {
    const config = join(folder, 'broken.mjs')
    writeFileSync(config, "throw new TypeError('broken on purpose')\n")

    const { code, stderr } = await breakwater(['keys', '--config', config])

    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/broken on purpose[^]+ at .*broken\.mjs/),
    ])
  })

  it('uses colours where somebody looks, unless they do not want them', async () => {
    const [piped, seen, not] = await Promise.all([
      breakwater(['help'], { env: { NO_COLOR: undefined } }),
      inTerminal(['help']),
      inTerminal(['help'], { env: { NO_COLOR: '1' } }),
    ])

    expect([piped, seen, not].map(({ stdout }) => COLOUR.test(stdout))).toEqual([
      false,
      true,
      false,
    ])
  })

  it('is told of its version', async () => {
    const [flag, word] = await Promise.all([
      breakwater(['--version']),
      breakwater(['version', '--json']),
    ])

    expect(flag.stdout).toMatch(/^\d+\.\d+\.\d+/)
    expect(JSON.parse(word.stdout)).toEqual({
      breakwater: flag.stdout.trim(),
      node: process.versions.node,
    })
  })

  it('measures a store, and says what it has measured', async () => {
    const args = ['bench', '--url', `file://${join(folder, 'bench')}`, '--for', '30ms', '--json']
    const { code, stdout } = await breakwater(args)

    const { measured, store } = JSON.parse(stdout) as {
      store: string
      measured: { what: string; p50: number; p99: number; perSecond: number }[]
    }
    expect([code, store]).toEqual([0, 'file'])
    expect(measured.map(({ what }) => what)).toEqual([
      'get, one after another',
      'set, one after another',
      'get, 32 at once',
      'set, 32 at once',
      'getMany of 100, one after another',
    ])
    for (const { p50, p99, perSecond } of measured) {
      expect(p50).toBeLessThanOrEqual(p99)
      expect(perSecond).toBeGreaterThan(0)
    }
    const { stdout: left } = await breakwater([
      'clear',
      'default',
      '--url',
      args[2] ?? '',
      '-n',
      '--json',
    ])
    expect(JSON.parse(left)).toMatchObject({ removed: 0 })
  })
})

describe('breakwater completion', () => {
  it('completes commands and options in a real bash', () => {
    const lines = {
      'breakwater do': ['doctor'],
      'breakwater help tt': ['ttl'],
      'breakwater keys --pl': ['--plain'],
      'breakwater completion z': ['zsh'],
      // Bash has taken the part before the colon as a word of its own.
      'breakwater pg:i': ['install'],
      'breakwater ': [...COMMANDS.map(({ name }) => name), 'help'],
    }
    const asked = Object.keys(lines).map((line) => {
      return `COMP_LINE='${line}' COMP_POINT=${line.length}; _breakwater; echo "\${COMPREPLY[*]}"`
    })
    const main = resolve('dist/cli/main.js')
    const program = `source <(node ${main} completion bash)\n${asked.join('\n')}\ncomplete -p breakwater`

    const answers = execFileSync('bash', ['-c', program], { encoding: 'utf8' }).trim().split('\n')

    expect(answers).toEqual([
      ...Object.values(lines).map((words) => words.join(' ')),
      'complete -F _breakwater breakwater',
    ])
  })

  it.each(['zsh', 'fish'])('knows every command and option for %s', async (shell) => {
    const { stdout } = await runHere('completion', shell)

    for (const { name, options } of COMMANDS) {
      expect(stdout).toContain(name.replace(':', shell === 'zsh' ? '\\:' : ':'))
      for (const option of Object.keys(options))
        expect(stdout).toMatch(new RegExp(`(--|-l )${option}`))
    }
  })
})

describe('wantsColour', () => {
  it.each([
    [undefined, {}, true, true],
    [undefined, {}, false, false],
    [undefined, { TERM: 'dumb' }, true, false],
    [undefined, { NO_COLOR: '1' }, true, false],
    [undefined, { NO_COLOR: '' }, true, true],
    [undefined, { FORCE_COLOR: '1' }, false, true],
    [undefined, { FORCE_COLOR: '0' }, true, false],
    [undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [true, { NO_COLOR: '1' }, false, true],
    [false, { FORCE_COLOR: '1' }, true, false],
  ])('asked %j, with %j, in a terminal %j: %j', (asked, env, isTerminal, wanted) => {
    expect(wantsColour(asked, env, isTerminal)).toBe(wanted)
  })
})
