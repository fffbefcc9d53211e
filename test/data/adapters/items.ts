/** A row of the table that histories are played on. */
export interface Item {
  readonly id: number
  readonly n: number
}

export function byId(rows: readonly Item[]): Map<number, number> {
  return new Map(rows.map(({ id, n }) => [id, n]))
}

/** In every dialect of SQL. */
export function addTo(ids: readonly number[]): string {
  return `update items set n = n + 1 where id in (${ids.join()})`
}
