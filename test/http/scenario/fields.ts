import { httpDate } from '../../../src/http/rules/http-date.ts'

/** A field's value: a line, several lines, or one that depends on the scenario's time. */
type Value = string | readonly string[] | ((now: number) => string) | undefined

/** Fields by name; a name that is given as `undefined` is left out. */
export type Fields = Readonly<Record<string, Value>>

/** The moment so many seconds from when it is said, as a field says it. */
export function date(seconds: number): (now: number) => string {
  return (now) => httpDate(now + seconds * 1000)
}

/** `[name, value, …]` as it goes over the wire. */
export function lines(fields: Fields, now: number): string[] {
  const flat: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const values = typeof value === 'function' ? [value(now)] : [value].flat()
    for (const each of values) flat.push(name, each)
  }
  return flat
}

/** All lines of a field in one, as RFC 9110 §5.3 joins them; `undefined` when there is none. */
export function joined(raw: readonly string[], name: string): string | undefined {
  const values: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if ((raw[index] as string).toLowerCase() === name.toLowerCase()) {
      values.push(raw[index + 1] as string)
    }
  }
  return values.length === 0 ? undefined : values.join(', ')
}

/** What a message must have: by name its joined lines, a pattern for them, or `undefined` for none. */
export type WantedFields = Readonly<
  Record<string, string | RegExp | ((now: number) => string) | undefined>
>

/** What is wrong with a message's fields. */
export function fieldFaults(
  raw: readonly string[],
  wanted: WantedFields,
  now: number,
): readonly string[] {
  const faults: string[] = []
  for (const [name, want] of Object.entries(wanted)) {
    const got = joined(raw, name)
    const value = typeof want === 'function' ? want(now) : want
    const right = value instanceof RegExp ? got !== undefined && value.test(got) : got === value
    if (!right) faults.push(`expected ${name} ${show(value)}, got ${show(got)}`)
  }
  return faults
}

function show(value: string | RegExp | undefined): string {
  return value === undefined ? 'to be missing' : String(value)
}
