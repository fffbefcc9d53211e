import { describe, expect, it } from 'vitest'
import { toChart } from '../../../../examples/store/launch/chart.ts'
import type { Phase } from '../../../../examples/store/launch/measure.ts'
import { toTable, toVerdicts } from '../../../../examples/store/launch/report.ts'

const good = { requests: 100, errors: 0, p50: 5, p99: 90, queriesPerSecond: 300 }
const phases: readonly Phase[] = [
  {
    ...good,
    cache: false,
    name: 'normal day',
    offeredPerSecond: 60,
    servedPerSecond: 60,
    hitRate: undefined,
  },
  {
    ...good,
    cache: false,
    name: 'launch',
    offeredPerSecond: 600,
    servedPerSecond: 40,
    p99: 5_012,
    errors: 90,
    queriesPerSecond: 1_061,
    hitRate: undefined,
  },
  {
    ...good,
    cache: true,
    name: 'normal day',
    offeredPerSecond: 60,
    servedPerSecond: 60,
    hitRate: 0.9,
  },
  {
    ...good,
    cache: true,
    name: 'launch',
    offeredPerSecond: 600,
    servedPerSecond: 600,
    hitRate: 0.95,
  },
]

describe('toTable', () => {
  it('ends every column where its title ends', () => {
    const [title = '', ...lines] = toTable(phases).split('\n')

    const end = title.indexOf('p99') + 'p99'.length
    expect(lines.map((line) => line.slice(end - 8, end))).toEqual([
      '   90 ms',
      '5,012 ms',
      '   90 ms',
      '   90 ms',
    ])
  })
})

describe('toVerdicts', () => {
  it('says that the goal is reached when it is', () => {
    expect(toVerdicts(phases).map(({ holds }) => holds)).toEqual([true, true, true, true])
  })

  it('says so when it is not', () => {
    const worse = phases.map((phase) =>
      phase.cache && phase.name === 'launch'
        ? { ...phase, p99: 201, errors: 1, queriesPerSecond: 301 }
        : { ...phase, p99: 90, errors: 0 },
    )

    expect(toVerdicts(worse).map(({ holds }) => holds)).toEqual([false, false, false, false])
  })
})

describe('toChart', () => {
  it('draws a bar for every phase and measure', () => {
    expect(toChart(phases).match(/<rect/g)).toHaveLength(16)
  })
})
