import { createHash, randomBytes } from 'node:crypto'

const ID = /^[0-9a-z]{9}-[0-9a-f]{24}$/
const HEAD = /^h\.([0-9a-z]{9}-[0-9a-f]{24})\.([a-z])\.([0-9a-z]+|-)\.([0-9a-z]+)$/

/** What the name of a head says. */
export interface Head {
  /** The whole name: it changes with every change of the record and never comes back. */
  readonly name: string
  readonly id: string
  /** The first letter of the record, in lower case; 'g' for generations. */
  readonly kind: string
  /** May be forgotten then; of generations their newest stamp. Infinity: never. */
  readonly until: number
  /** Length of the data. */
  readonly size: number
}

/** A name for one version of one record, never used again; sorts by the time of its making. */
export function newId(now: number): string {
  const time = Math.max(0, Math.floor(now)).toString(36).padStart(9, '0').slice(-9)
  return `${time}-${randomBytes(12).toString('hex')}`
}

export function headOf(id: string, kind: string, until: number, size: number): Head {
  // Rounded up: a record must not be forgotten before its time.
  const end = Number.isFinite(until) ? Math.max(0, Math.ceil(until)).toString(36) : '-'
  const name = `h.${id}.${kind}.${end}.${size.toString(36)}`
  return { name, id, kind, until, size }
}

/** `undefined` when it is not the name of a head. */
export function parseHead(name: string): Head | undefined {
  const match = HEAD.exec(name)
  if (match === null) return undefined
  const [, id = '', kind = '', until = '', size = ''] = match
  return {
    name,
    id,
    kind,
    until: until === '-' ? Infinity : Number.parseInt(until, 36),
    size: Number.parseInt(size, 36),
  }
}

export function dataName(id: string): string {
  return `d.${id}`
}

export function graveName(id: string): string {
  return `x.${id}`
}

export function isData(name: string): boolean {
  return name.startsWith('d.') && ID.test(name.slice(2))
}

export function isGrave(name: string): boolean {
  return name.startsWith('x.') && ID.test(name.slice(2))
}

export const SHARDS = 256

/** The folder of a key's record below the root: 160 bits of a hash, the first byte of which names the shard. */
export function placeOf(key: string): string {
  const hash = createHash('sha256').update(key).digest('hex')
  return `${hash.slice(0, 2)}/${hash.slice(2, 40)}`
}

export function shardName(index: number): string {
  return index.toString(16).padStart(2, '0')
}
