// Shorthand of those who write attacks.
import { untracked } from 'breakwater/http'
import { ALICE, type Ask, BOB, type Call, type Made, MALLORY } from './attack.ts'

/** Three who differ in one field. */
export function byField(name: string, value = (as: string) => as): readonly Ask[] {
  return [ALICE, BOB, MALLORY].map((as) => ({ as, headers: [[name, value(as)]] }))
}

/** The same, and one without the field. */
export function byFieldOrNot(name: string, value?: (as: string) => string): readonly Ask[] {
  return [...byField(name, value), { as: 'nobody' }]
}

/** Everybody asks with a cookie of their own. */
export const signedInAsks: readonly Ask[] = byFieldOrNot('Cookie', (as) => `sid=${as}`)

/** Past all that watches what a view reads: such a page is safe by its head alone. */
export function secretly(call: Call, name = 'cookie'): string {
  return untracked(() => call.header(name)) ?? 'nothing'
}

/** Somebody's page, which nothing but these fields protects. */
export function personal(
  ...fields: (readonly [name: string, value: string])[]
): (call: Call) => Made {
  return (call) => ({ fields, body: `page for ${secretly(call)}` })
}

/** A page that shows what it was told, under a name. */
export function showing(read: (call: Call) => unknown): (call: Call) => Made {
  return (call) => ({ body: `shows ${JSON.stringify(read(call) ?? null)}` })
}

/** Whoever asks leaves a name in the query of a view that shows it, so that each page is somebody's. */
export const asking = (paths: readonly string[]): readonly Ask[] => {
  return paths.map((path, at) => ({
    as: [ALICE, BOB, MALLORY, 'carol-c3', 'dave-d4'][at] ?? '',
    path,
  }))
}
