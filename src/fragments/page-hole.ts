import { isCacheError } from '../base/errors.ts'
import type { PlacedHole } from '../cache/hole.ts'
import type { Making } from '../cache/making.ts'
import type { FoundHole, HoleSource } from './hole-source.ts'
import type { Hole } from './record.ts'

/** A hole that stands in a page, and not in a fragment of one. */
export interface AskedHole {
  readonly hole: Hole
  /** With the variables of its page, and those of the request that the page is made for, where there are any. */
  readonly render: (context?: object) => Promise<string> | string
  /** The variables of its page. Default: none that it could see. */
  readonly variables?: object | undefined
}

/** In which a hole was found to be one request's own, or to be kept. */
const AFRESH = 'what is rendered each time'

/** @returns the text of the hole, or what stands for it in a page that is kept with holes */
export async function showInPage(
  making: Making | undefined,
  owner: object,
  sources: readonly HoleSource[],
  asked: AskedHole,
): Promise<string> {
  const places = making?.places(owner)
  if (making === undefined || places === undefined) {
    making?.personal(AFRESH)
    return await asked.render()
  }
  const context = await places.context()
  const kept = await keptOf(sources, asked, context)
  if (typeof kept === 'string') {
    making.personal(kept)
    return await places.render(() => asked.render(context))
  }
  const { found, hole } = kept
  const text = await places.render(() => found.render(hole.args, context))
  const marker = places.put(hole, text)
  if (marker === undefined) making.personal(AFRESH)
  return marker ?? text
}

/** What can be kept of a hole, or why it cannot. */
async function keptOf(
  sources: readonly HoleSource[],
  { hole, variables = {} }: AskedHole,
  context: object,
): Promise<{ readonly found: FoundHole; readonly hole: PlacedHole } | string> {
  const args = plain(hole.args)
  const found = args === undefined ? undefined : await findHole(sources, hole.name)
  if (args === undefined || found === undefined) return AFRESH
  if (found.personal !== undefined) return found.personal
  const needed = found.needs(namesOf(context, args.value), namesOf(variables))
  if (needed === undefined) {
    return { found, hole: { name: hole.name, args: args.value, version: found.version } }
  }
  warnOf(hole.name, needed)
  return `'${needed}' in ${AFRESH}`
}

/** @returns renders a hole of a stored page; `undefined` when it is another here, or would miss something */
export async function findStored(
  sources: readonly HoleSource[],
  { args, name, version }: PlacedHole,
  context: object,
): Promise<(() => Promise<string>) | undefined> {
  const found = await findHole(sources, name)
  if (found?.version !== version) return undefined
  if (found.needs(namesOf(context, args), undefined) !== undefined) return undefined
  return async () => await found.render(args, context)
}

async function findHole(
  sources: readonly HoleSource[],
  name: string,
): Promise<FoundHole | undefined> {
  for (const source of sources) {
    const found = await source.find(name)
    if (found !== undefined) return found
  }
  return undefined
}

/** The same on a hit as on the miss before it: as it will have gone through a store. */
function plain(args: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(JSON.stringify(args)) as unknown }
  } catch (error) {
    // A marked value tells what it is, outside production.
    if (isCacheError(error)) throw error
    return undefined
  }
}

function namesOf(...given: readonly unknown[]): ReadonlySet<string> {
  return new Set(given.flatMap((each) => Object.keys(each ?? {})))
}

const warned = new Set<string>()
const MOST_WARNED = 200

function warnOf(hole: string, needed: string): void {
  const text = `Hole '${hole}' uses '${needed}' of its page, which is not there when the page comes from the cache: the page is not kept. Give it to the hole where it stands, or let inPages() return it.`
  if (warned.has(text) || warned.size >= MOST_WARNED) return
  warned.add(text)
  process.emitWarning(text, { type: 'BreakwaterWarning', code: 'BREAKWATER_HOLE' })
}
