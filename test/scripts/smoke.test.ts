import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, run } from '../../scripts/run.mjs'

const shop = join(root, '.build/test/programs/fake-shop.js')

async function smoke(fault: string): Promise<{ code: number; output: string }> {
  return await run('node', [join(root, 'scripts/smoke.mjs'), 'node', shop, fault])
}

describe('the smoke test', () => {
  it('passes for a shop that serves, hits and ends cleanly', async () => {
    const { code, output } = await smoke('none')

    expect(output).toMatch(/Smoke test passed: http:\/\/127\.0\.0\.1:\d+ .*; hit/)
    expect(code).toBe(0)
  })

  it.for([
    ['misses', /no hit/],
    ['breaks', /answered 500/],
    ['crashes', /ended with 1 after SIGTERM/],
    ['dies', /ended \(3\) before it printed an address/],
  ] as const)('fails for a shop that %s', async ([fault, message]) => {
    const { code, output } = await smoke(fault)

    expect(output).toMatch(message)
    expect(code).toBe(1)
  })
})
