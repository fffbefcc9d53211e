// Numbers as people read them. The same words wherever a number stands: in a table, a chart, a sentence.

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const ONE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const NOTHING_TO_SAY = '–'

/** `12,345`; from ten million on `12.3 M`. */
export function count(number: number | undefined): string {
  if (number === undefined || Number.isNaN(number)) return NOTHING_TO_SAY
  if (Math.abs(number) >= 1e10) return `${ONE.format(number / 1e9)} B`
  if (Math.abs(number) >= 1e7) return `${ONE.format(number / 1e6)} M`
  return WHOLE.format(number)
}

/** `1 key`, `7 keys`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`
}

/** Of something a second: `1,234`, `3.2`, `0.04`. */
export function perSecond(number: number | undefined): string {
  if (number === undefined || Number.isNaN(number)) return NOTHING_TO_SAY
  if (number >= 10 || number === 0) return count(number)
  return number >= 0.1 ? ONE.format(number) : number.toPrecision(1)
}

/** A share of 1: `98.7 %`. Never `100 %` of what is not whole. */
export function percent(share: number | undefined): string {
  if (share === undefined || Number.isNaN(share)) return NOTHING_TO_SAY
  if (share === 1 || share === 0) return `${share * 100} %`
  const shown = Math.min(99.9, Math.max(0.1, share * 100))
  return `${shown.toFixed(1)} %`
}

export function bytes(number: number | undefined): string {
  if (number === undefined || Number.isNaN(number)) return NOTHING_TO_SAY
  if (number < 1000) return `${WHOLE.format(number)} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let left = number / 1000
  let unit = 0
  while (left >= 999.5 && unit < units.length - 1) {
    left /= 1000
    unit++
  }
  return `${left < 100 ? ONE.format(left) : WHOLE.format(left)} ${units[unit]}`
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `0.3 ms`, `340 ms`, `2.1 s`, `3 min 20 s`, `2 h 14 min`, `for ever`. */
export function duration(ms: number | undefined): string {
  if (ms === undefined || Number.isNaN(ms)) return NOTHING_TO_SAY
  if (ms === Infinity) return 'for ever'
  if (ms < 0.95) return `${Number(Math.max(0, ms).toPrecision(2))} ms`
  if (ms < 9.95) return `${ONE.format(ms)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9950) return `${ONE.format(ms / 1000)} s`
  const at = UNITS.findIndex(([, size]) => ms >= size)
  const [unit, size] = UNITS[at] ?? UNITS[3]
  const whole = Math.floor(ms / size)
  const smaller = UNITS[at + 1]
  if (smaller === undefined) return `${Math.round(ms / size)} ${unit}`
  const rest = Math.floor((ms - whole * size) / smaller[1])
  return rest === 0 ? `${count(whole)} ${unit}` : `${count(whole)} ${unit} ${rest} ${smaller[0]}`
}

/** Of the past. */
export function ago(ms: number): string {
  return ms < 1000 ? 'just now' : `${duration(Math.floor(ms / 1000) * 1000)} ago`
}

/** `14:03:21`, in UTC: two people on one incident read the same. */
export function timeOfDay(at: number): string {
  return new Date(at).toISOString().slice(11, 19)
}
