import { describe, expect, it } from 'vitest'
import { barChart, escaped, lineChart } from '../../bench/harness/drawing.ts'
import { verdict } from '../../bench/harness/goals.ts'
import { short } from '../../bench/harness/report.ts'
import { filledIn } from '../../bench/harness/written.ts'

const bar = { median: 2, lower: 1, upper: 3, text: '2' }
const bad = `<script>&"'`

describe('a picture', () => {
  it('has no text that is not escaped', () => {
    const bars = barChart({
      title: bad,
      unit: bad,
      series: [bad, bad],
      rows: [{ label: bad, role: 'other', bars: [{ ...bar, text: bad }, undefined] }],
    })
    const points = [{ x: 1, y: 1, text: bad }]
    const panel = { label: bad, over: bad, points, slope: bad }
    const lines = lineChart({ title: bad, unit: bad, panels: [panel] })

    for (const svg of [bars, lines]) {
      expect(svg).toContain(escaped(bad))
      expect(svg).not.toContain('<script')
      expect(svg).not.toMatch(/&(?!#\d+;)/)
    }
  })

  it('draws twice as much twice as long', () => {
    const rows = [1, 2].map((median) => ({
      label: `${median}`,
      role: 'other' as const,
      bars: [{ median, lower: median, upper: median, text: '' }],
    }))
    const svg = barChart({ title: '', unit: '', series: [''], rows })

    const [one = 0, two] = [...svg.matchAll(/class="other0"[^>]* width="([\d.]+)"/g)].map(
      ([, width]) => Number(width),
    )

    expect(two).toBeCloseTo(2 * one)
  })

  it('leaves out what was not measured', () => {
    const row = { label: 'nobody', role: 'other' as const, bars: [undefined] }

    const svg = barChart({ title: '', unit: '', series: [''], rows: [row] })

    expect(svg).toContain('nobody')
    expect(svg).not.toMatch(/NaN|class="other0"/)
  })

  it('is drawn for a page that is light and one that is dark', () => {
    const svg = barChart({ title: '', unit: '', series: [''], rows: [] })

    expect(svg).toContain('prefers-color-scheme:dark')
  })
})

describe('a figure', () => {
  it.for([
    [0.0689, '0.0689'],
    [1.2345, '1.23'],
    [9999, '10000'],
    [189_432, '189k'],
    [3_869_000, '3.87M'],
    [NaN, '–'],
  ] as const)('%d is written %s', ([number, text]) => {
    expect(short(number)).toBe(text)
  })
})

describe('the verdict on a goal', () => {
  const little = { gate: 3, aim: 2, better: 'less' } as const
  const much = { gate: 2, aim: 3, better: 'more' } as const

  it.for([
    [little, 3.1, '**not met**'],
    [little, 3, 'met'],
    [little, 2, 'met, and the aim'],
    [much, 1.9, '**not met**'],
    [much, 2, 'met'],
    [much, 3, 'met, and the aim'],
    [much, NaN, 'not measured'],
  ] as const)('%o, reached %d: %s', ([goal, reached, text]) => {
    expect(verdict(goal, reached)).toBe(text)
  })
})

describe('a page with generated parts', () => {
  it('has them anew, as often as it is written, and nothing else changed', () => {
    const page = 'Before.\n<!-- goals -->\n<!-- /goals -->\nAfter, for $1.'

    const once = filledIn(page, { goals: '| old |' })
    const twice = filledIn(once, { goals: '| $1 |' })

    expect(twice).toBe('Before.\n<!-- goals -->\n\n| $1 |\n\n<!-- /goals -->\nAfter, for $1.')
  })
})
