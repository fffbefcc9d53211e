import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'

/** What a policy is asked for, one key after the other: numbers from 0 on, in the order of their first use. */
export interface Trace {
  readonly name: string
  readonly keys: Uint32Array
  readonly distinct: number
}

/** What applications asked of their caches, or of their databases. */
export const APPLICATIONS: readonly string[] = [
  'orm-busy',
  'orm-night',
  'web07',
  'web12',
  'scarab-recs',
  'arc-oltp',
]
/** What machines and other programs did: here a policy must not fail either. */
export const OTHERS: readonly string[] = [
  'corda-vault',
  'sprite',
  'multi3',
  'cloudphysics-w106',
  'arc-p3',
]

/** Undefined where none of the folders has it. */
export function readTrace(folders: readonly string[], name: string): Trace | undefined {
  const file = folders
    .map((folder) => join(folder, `${name}.u32.br`))
    .find((path) => existsSync(path))
  if (file === undefined) return undefined
  const bytes = brotliDecompressSync(readFileSync(file))
  const keys = new Uint32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  )
  return { name, keys, distinct: keys.reduce((most, key) => Math.max(most, key), -1) + 1 }
}
