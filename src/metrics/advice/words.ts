// Numbers as people read them, for evidence.

export function percent(share: number): string {
  const value = share * 100
  return `${value < 10 && value !== Math.round(value) ? value.toFixed(1) : Math.round(value)} %`
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`
  if (bytes < 1024 ** 2) return `${digits(bytes / 1024)} KiB`
  if (bytes < 1024 ** 3) return `${digits(bytes / 1024 ** 2)} MiB`
  return `${digits(bytes / 1024 ** 3)} GiB`
}

export function span(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`
  if (ms < 1000) return `${digits(ms)} ms`
  if (ms < 60_000) return `${digits(ms / 1000)} s`
  if (ms < 3_600_000) return `${digits(ms / 60_000)} min`
  if (ms < 86_400_000) return `${digits(ms / 3_600_000)} h`
  return `${digits(ms / 86_400_000)} days`
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value))
}
