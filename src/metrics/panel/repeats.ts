import type { PanelCall, PanelRepeat } from './panel-request.ts'

/** So many keys of one family, read singly from one place, are a loop. */
const LEAST_LOOP = 4
const MOST_REPEATS = 20

/** Reads that could be fewer: the same key again, or many keys one by one where one `getMany` would do. */
export function repeatsOf(calls: readonly PanelCall[]): PanelRepeat[] {
  const same = new Map<string, PanelCall[]>()
  const loops = new Map<string, PanelCall[]>()
  for (const call of calls) {
    const [key] = call.keys
    if (call.kind !== 'get' || key === undefined || call.keyCount !== 1) continue
    gather(same, JSON.stringify([call.alias, key]), call)
    if (call.site !== undefined)
      gather(loops, JSON.stringify([call.alias, call.family, call.site]), call)
  }
  const again = [...same.values()].filter((group) => group.length > 1)
  const oneByOne = [...loops.values()].filter(
    (group) => new Set(group.map(({ keys }) => keys[0])).size >= LEAST_LOOP,
  )
  return [
    ...oneByOne.map((group) => told('one by one', group)),
    ...again.map((group) => told('same', group)),
  ]
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_REPEATS)
}

function gather(groups: Map<string, PanelCall[]>, of: string, call: PanelCall): void {
  const group = groups.get(of)
  if (group === undefined) groups.set(of, [call])
  else group.push(call)
}

function told(kind: PanelRepeat['kind'], group: readonly PanelCall[]): PanelRepeat {
  const [first] = group as [PanelCall]
  const { alias, family = '', keys } = first
  const name = kind === 'same' ? (keys[0] as string) : family
  // Where it was asked for again, if that is one place.
  const sites = new Set(group.slice(kind === 'same' ? 1 : 0).map(({ site }) => site))
  return {
    kind,
    alias,
    name,
    count: group.length,
    site: sites.size === 1 ? [...sites][0] : first.site,
  }
}
