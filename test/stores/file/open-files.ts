import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../src/base/clock.ts'
import type { Store, StoreContext } from '../../../src/base/store.ts'
import { TokenSource } from '../../../src/base/token.ts'
import { json } from '../../../src/codec/json.ts'
import { CasStore } from '../../../src/records/cas-store.ts'
import { FileBackend, type FileParts } from '../../../src/stores/file/backend.ts'
import { systemDisk } from '../../../src/stores/file/disk.ts'
import { Layout } from '../../../src/stores/file/layout.ts'
import { fakeClock } from '../../../src/testing/fake-clock.ts'
import type { StoreHarness } from '../../../src/testing/contract/bench.ts'

/** A folder that is not there yet. */
export function newFolder(): string {
  return join(tmpdir(), `breakwater-files-${randomUUID()}`)
}

const can = {
  shared: true,
  pushWake: true,
  expiry: 'ms',
  scan: true,
  durable: true,
  values: 'copied',
  keeps: true,
} as const

/** One process on a folder. */
export function openFiles(
  root: string,
  context: Partial<StoreContext> = {},
  parts: Partial<FileParts> = {},
): Store {
  const whole = {
    alias: 'files',
    prefix: 'p',
    processId: new TokenSource().processId,
    clock: systemClock,
    codec: json(),
    report: () => {},
    ...context,
  }
  const layout = new Layout(root)
  const now = (): number => systemClock.now()
  const backend = new FileBackend(
    {
      disk: systemDisk,
      layout,
      maxBytes: 1024 ** 3,
      fsync: false,
      timeoutMs: 10_000,
      now,
      ...parts,
    },
    whole,
  )
  return new CasStore('file', can, whole, backend)
}

/** A new folder and a clock that stands still. */
export function filesHarness(): StoreHarness {
  const clock = fakeClock()
  const root = newFolder()
  return {
    clock,
    codec: json(),
    open: (context) => openFiles(root, context, { now: () => clock.now() }),
    pass: (ms) => clock.advance(ms),
    done: async () => await rm(root, { recursive: true, force: true }),
  }
}
