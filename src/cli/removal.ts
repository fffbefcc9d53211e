import type { Call } from './command.ts'
import type { Found, Keyspace } from './keyspace.ts'
import { count } from './numbers.ts'
import { visible, visibleJson } from './visible.ts'

/** What a dry run lists at most; it counts all. */
const MOST_LISTED = 1000
/** Keys that are read or removed at a time. */
const STEP = 500

/** What would go, or went. */
export interface Removal {
  readonly alias: string
  /** In words, such as `tag product`. */
  readonly what: string
  /** `undefined` where it was invalidated in one step, however much it was. */
  readonly removed: number | undefined
  readonly keys?: readonly string[]
}

/** Counts what is found, lists its beginning, and removes nothing. */
export async function dryRun(
  call: Call,
  space: Keyspace,
  batches: AsyncIterable<string[]>,
  concerns: (found: Found) => boolean = () => true,
): Promise<{ removed: number; keys: string[] }> {
  const keys: string[] = []
  let removed = 0
  for await (const wires of batches) {
    for (let at = 0; at < wires.length; at += STEP) {
      const found = await space.read(wires.slice(at, at + STEP), false)
      for (const each of found) {
        if (!concerns(each)) continue
        removed++
        if (keys.length < MOST_LISTED) keys.push(each.wire.slice(space.prefix.length))
      }
    }
    call.terminal.progress(`${count(removed)} would go`)
  }
  return { removed, keys }
}

/** Removes what is found, in steps; interrupted, it says how far it came. */
export async function removeAll(
  call: Call,
  space: Keyspace,
  batches: AsyncIterable<string[]>,
): Promise<number> {
  const { signal, terminal } = call
  let removed = 0
  try {
    for await (const wires of batches) {
      for (let at = 0; at < wires.length; at += STEP) {
        signal.throwIfAborted()
        removed += await space.remove(wires.slice(at, at + STEP))
        terminal.progress(`${count(removed)} removed`)
      }
    }
  } catch (error) {
    terminal.say(`Not all was removed, but ${count(removed)} ${removed === 1 ? 'key' : 'keys'}.`)
    throw error
  }
  return removed
}

/** Says what went, or would go. */
export function report(call: Call, removals: readonly Removal[]): void {
  const { flags, terminal } = call
  const isDry = flags.has('dry-run')
  if (flags.has('json')) {
    const all = removals.map(({ removed, ...rest }) => {
      return { ...rest, dryRun: isDry, removed: removed ?? null }
    })
    terminal.writeLine(visibleJson(all.length === 1 ? all[0] : all))
    return
  }
  for (const { alias, keys = [], removed, what } of removals) {
    for (const key of keys) terminal.writeLine(visible(key))
    const more =
      removed !== undefined && removed > keys.length ? ', of which these are the first' : ''
    const amount =
      removed === undefined ? '' : `${count(removed)} ${removed === 1 ? 'key' : 'keys'}`
    if (isDry) terminal.say(`${alias}: ${amount} would go (${visible(what)})${more}.`)
    else if (removed === undefined) terminal.say(`${alias}: invalidated (${visible(what)}).`)
    else terminal.say(`${alias}: ${amount} removed (${visible(what)}).`)
  }
}
