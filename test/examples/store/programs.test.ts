import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** As `npm start` and `npm run launch` run them. */
function run(program: string, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [resolve('.build/examples/store', program), ...args], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function said(child: ChildProcess, until: string): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (until !== '' && text.includes(until)) break
  }
  return text
}

function childrenOf(pid: number): string[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')
  return rows.flatMap((row) => {
    const [child = '', parent = ''] = row.trim().split(/\s+/)
    return parent === String(pid) ? [child] : []
  })
}

function isRunning(pid: string): boolean {
  try {
    process.kill(Number(pid), 0)
    return true
  } catch {
    return false
  }
}

describe('npm start', () => {
  it.for(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 after %s and takes its database along',
    { timeout: 90_000 },
    async (signal) => {
      const shop = run('main.js')
      expect(await said(shop, 'stops it')).toMatch(/http:\/\/127\.0\.0\.1:\d+/)
      const children = childrenOf(shop.pid ?? 0)
      const ended = once(shop, 'exit')

      shop.kill(signal)

      expect(await ended).toEqual([0, null])
      expect(children).toHaveLength(1)
      expect(children.filter(isRunning)).toEqual([])
    },
  )

  it('takes its database along when it is killed', { timeout: 90_000 }, async () => {
    const shop = run('main.js')
    await said(shop, 'stops it')
    const [database = ''] = childrenOf(shop.pid ?? 0)

    shop.kill('SIGKILL')

    await expect.poll(() => isRunning(database), { timeout: 10_000 }).toBe(false)
  })
})

describe('npm run launch', () => {
  it('measures four phases, two of them with a cache', { timeout: 120_000 }, async () => {
    const launch = run('launch/main.js', '--quick', '--json')
    const ended = once(launch, 'exit')

    const { phases } = JSON.parse(await said(launch, '')) as {
      phases: { cache: boolean; requests: number; hitRate?: number; queriesPerSecond: number }[]
    }

    expect(await ended).toEqual([0, null])
    expect(phases.map(({ cache }) => cache)).toEqual([false, false, true, true])
    expect(phases.every(({ requests }) => requests > 10)).toBe(true)
    expect(phases.every(({ queriesPerSecond }) => queriesPerSecond > 0)).toBe(true)
    expect(phases.map(({ hitRate }) => hitRate !== undefined)).toEqual([false, false, true, true])
  })
})
