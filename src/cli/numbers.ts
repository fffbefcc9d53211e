import { showBytes } from '../base/bytes.ts'

/** `1,234,567` */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `97.3 %`; a dash for what nothing is known of. */
export function percent(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? '-' : `${(share * 100).toFixed(1)} %`
}

/** `0.42 ms`, `4.2 ms`, `320 ms`, `1.2 s`, `3.5 min`, `2.1 h`, `4.0 d`; `-` for what nothing is known of. */
export function duration(ms: number | undefined): string {
  if (ms === undefined || Number.isNaN(ms)) return '-'
  if (ms === Infinity) return 'forever'
  if (ms === 0) return '0 ms'
  if (ms < 1) return `${ms.toFixed(2)} ms`
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  for (const [unit, length] of LENGTHS)
    if (ms >= length) return `${(ms / length).toFixed(1)} ${unit}`
  return `${Math.round(ms)} ms`
}

const LENGTHS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `3.4 kB`; a dash for what nothing is known of. */
export function bytes(value: number | undefined): string {
  return value === undefined ? '-' : showBytes(value)
}

/** `12.3/s`, `1,234/s` */
export function perSecond(amount: number, ms: number): string {
  if (ms <= 0) return '-'
  const rate = (amount * 1000) / ms
  return `${rate >= 100 || rate === 0 ? count(rate) : rate.toFixed(1)}/s`
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `width` columns, filled by `share` of it. */
export function bar(share: number | undefined, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share ?? 0)) * width * 8)
  const full = '█'.repeat(Math.floor(eighths / 8))
  return (full + (EIGHTHS[eighths % 8] as string)).padEnd(width)
}

const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** The last values as a line of `width` columns; the highest of them is at the top. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width)
  const highest = Math.max(...shown, Number.MIN_VALUE)
  const line = shown.map((value) => {
    return LEVELS[Math.min(LEVELS.length - 1, Math.floor((value / highest) * LEVELS.length))]
  })
  return line.join('').padStart(width)
}
