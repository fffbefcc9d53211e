import { fileURLToPath } from 'node:url'
import { type Bytes, toBytes } from '../../base/bytes.ts'
import { systemClock } from '../../base/clock.ts'
import { type Duration, toMs } from '../../base/duration.ts'
import { CacheError, optionError } from '../../base/errors.ts'
import type { StoreDefinition } from '../../base/store.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { CasStore } from '../../records/cas-store.ts'
import { FileBackend } from './backend.ts'
import { systemDisk } from './disk.ts'
import { Layout } from './layout.ts'

/** The bound of the folder, and how hard it holds on to what it confirmed. */
export interface FileOptions {
  /**
   * Bound on the room that the entries take on the disk, counted in blocks of 4 KiB: at least two for an entry. What has
   * expired goes first, then what was written longest ago. A value larger than an eighth of it is not kept. Default `'1gb'`,
   * at least `'1mb'`. `Infinity` is no bound.
   */
  readonly maxBytes?: Bytes
  /**
   * Whether each change is confirmed only when it has reached the disk. Default `false`: entries outlive their process, but
   * after a restart of the machine the cache is empty. With `true` they outlive that too; every change waits for the disk.
   * Where the machine does not say when it was started (on anything but Linux) it is always `true`.
   */
  readonly fsync?: boolean | 'true' | 'false'
  /**
   * Deadline of an act; past it `E_STORE_TIMEOUT`, and whether it was done is unknown. Default `'2s'`. It must be longer than
   * `'0s'`; `'forever'` is none.
   */
  readonly timeout?: Duration
}

const MIN_BYTES = 1024 ** 2
const OPTION_NAMES = ['maxBytes', 'fsync', 'timeout'] as const

export const DEFAULTS = { maxBytes: '1gb', fsync: false, timeout: '2s' } as const

const CAN = {
  shared: true,
  pushWake: true,
  expiry: 'ms',
  scan: true,
  durable: true,
  values: 'copied',
  keeps: true,
} as const

/**
 * A store in files: nothing to install, shared by the processes of one machine, and still there when they start again.
 *
 * @param folder an absolute path, or a `file:` URL without a query. It is made when missing; otherwise it must be empty or
 * have been used by this store before, belong to this user, and be writable by nobody else. That is looked at by the first
 * act, which rejects with `E_STORE_REFUSED`
 * @throws {CacheError} `E_OPTION`, `E_URL`
 */
export function file(folder: string | URL, options: FileOptions = {}): StoreDefinition {
  refuseUnknown('file()', options, OPTION_NAMES)
  const layout = new Layout(pathOf(folder))
  const maxBytes = toBytes(options.maxBytes ?? DEFAULTS.maxBytes, 'maxBytes')
  if (maxBytes < MIN_BYTES) throw optionError('maxBytes', "at least '1mb'", options.maxBytes)
  const fsync = isTrue(options.fsync ?? DEFAULTS.fsync)
  const timeoutMs = toMs(options.timeout ?? DEFAULTS.timeout, 'timeout')
  if (timeoutMs === 0) throw optionError('timeout', "longer than '0s'", options.timeout)
  const parts = {
    disk: systemDisk,
    layout,
    maxBytes,
    fsync,
    timeoutMs,
    now: () => systemClock.now(),
  }
  return {
    name: 'file',
    open: (context) => new CasStore('file', CAN, context, new FileBackend(parts, context)),
  }
}

function isTrue(fsync: unknown): boolean {
  if (fsync === true || fsync === 'true') return true
  if (fsync === false || fsync === 'false') return false
  throw optionError('fsync', 'true or false', fsync)
}

function pathOf(folder: string | URL): string {
  if (typeof folder === 'string' && !folder.startsWith('file:')) return folder
  try {
    return fileURLToPath(folder)
  } catch (cause) {
    throw new CacheError(
      'E_URL',
      `Expected the address of a folder such as 'file:///var/cache/shop', got ${String(folder)}.`,
      { cause },
    )
  }
}
