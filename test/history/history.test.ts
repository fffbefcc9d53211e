import { execFile } from 'node:child_process'
import { describe, expect, it } from 'vitest'

interface Run {
  readonly code: number
  readonly output: string
}

/** What `npm run history` does after the build. */
async function history(...args: string[]): Promise<Run> {
  return await new Promise((settle) => {
    const program = ['.build/test/history/main.js', ...args]
    execFile(process.execPath, program, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

function reads(output: string, name: string): number {
  const line = output.split('\n').find((each) => each.startsWith(name)) ?? ''
  return Number(line.slice(name.length).trim().split(/\s+/)[1]?.replaceAll(',', ''))
}

describe('npm run history: four processes, real servers, every read judged', () => {
  it('finds no stale read while holders are killed', async () => {
    const { code, output } = await history('--seconds', '3', '--case', 'holders are killed')
    expect(output).toContain('✓ No read was given what had been invalidated before it began.')
    expect(reads(output, 'holders are killed')).toBeGreaterThan(100)
    expect(code).toBe(0)
  })

  it('notices a store that takes what anybody has loaded', async () => {
    // Until it is caught: it depends on the machine how soon two writers and a slow load meet.
    const calm = ['--seconds', '60', '--case', 'nothing goes wrong']
    const { code, output } = await history(...calm, '--mutant', 'no-token')
    expect(output).toMatch(/given version \d+ where \d+ was owed/)
    expect(code).toBe(1)
  }, 90_000)

  it('refuses a case that there is not, and lists those that there are', async () => {
    const { code, output } = await history('--case', 'earthquake')
    expect(output).toContain('  slots move between three nodes\n')
    expect(code).toBe(2)
  })
})
