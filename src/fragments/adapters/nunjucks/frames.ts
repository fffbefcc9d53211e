import type { NunjucksFrame, NunjucksModule } from './nunjucks-types.ts'

type Variables = Readonly<Record<string, unknown>>

/** What is set where a tag stands, as it is now. */
export function variablesOf(frame: NunjucksFrame): Variables {
  const chain: Variables[] = []
  for (let each: NunjucksFrame | undefined = frame; each !== undefined; each = each.parent)
    chain.unshift(each.variables)
  return Object.assign({}, ...chain) as Variables
}

/** A frame of these alone, for what is rendered later. */
export function frameOf(nunjucks: NunjucksModule, variables: Variables): NunjucksFrame {
  const frame = new nunjucks.runtime.Frame()
  Object.assign(frame.variables, variables)
  return frame
}
