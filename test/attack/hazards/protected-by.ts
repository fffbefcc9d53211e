import { type Attack } from '../attack.ts'
import { personal, signedInAsks } from '../asking.ts'

export type Fields = readonly (readonly [name: string, value: string])[]

/** A page of somebody's that only this head protects, written in each way that a framework offers. */
export function protectedBy(
  name: string,
  fields: Fields,
  cve: readonly string[] = [],
): readonly Attack[] {
  const view = personal(...fields)
  // Of two spellings of one name Node sends the last or both, by what was set before.
  const names = fields.map(([field]) => field)
  const distinct = new Set(names.map((field) => field.toLowerCase())).size
  const node = {
    on: ['node:http', 'Express'],
    ...(distinct < names.length && {
      lesser: 'of two lines that were given at once Node may send the last, and the cache both',
    }),
  } satisfies Partial<Attack>
  // Elsewhere the second spelling replaces the first before anybody sees either.
  const isRespelt = new Set(names).size > distinct
  const appending = isRespelt && ({ on: ['pageCache', 'Koa', 'Hono'] } satisfies Partial<Attack>)
  return [
    { name, cve, view, asks: signedInAsks, ...appending },
    {
      name: `${name}, by writeHead`,
      cve,
      view: (call) => ({ ...view(call), by: 'writeHead' }),
      asks: signedInAsks,
      ...node,
    },
    {
      name: `${name}, by writeHead with a list`,
      cve,
      view: (call) => ({ ...view(call), by: 'list' }),
      asks: signedInAsks,
      ...node,
    },
  ]
}
