import { describe, expect, it } from 'vitest'
import { parse } from '../../scripts/bench.mjs'

const known = { questions: ['near-hit', 'miss'], programs: ['codec', 'fleet'] }

describe('npm run bench', () => {
  it('asks everything that does not take minutes, on both Nodes, and writes nothing', () => {
    expect(parse([], known)).toEqual({
      names: ['near-hit', 'miss', 'codec'],
      node: 'both',
      quick: false,
      write: false,
      rest: [],
    })
  })

  it('takes names and options in any order', () => {
    const asked = parse(['--write', 'miss', '--node', '24', '--quick'], known)

    expect(asked).toMatchObject({ names: ['miss'], node: '24', quick: true, write: true })
  })

  it('gives a program what follows its name and is its own', () => {
    expect(parse(['codec', '--json'], known)).toMatchObject({ names: ['codec'], rest: ['--json'] })
  })

  it('refuses what there is not, and says what there is', () => {
    expect(parse(['near-hits'], known)).toMatchObject({
      refused: expect.stringContaining('near-hit miss'),
    })
    expect(parse(['miss', '--node', '18'], known)).toMatchObject({
      refused: expect.stringContaining('system'),
    })
  })
})
