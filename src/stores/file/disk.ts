import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'

/** What the file store asks of a file system, one system call each or nearly so; rejects with Node's own errors. */
export interface Disk {
  /** Names in a folder, in any order. */
  list(path: string): Promise<string[]>
  read(path: string): Promise<Buffer>
  /** Makes a file that must not be there yet. `synced`: it has reached the disk. */
  create(path: string, bytes: Uint8Array, synced: boolean): Promise<void>
  makeFolder(path: string): Promise<void>
  /** A folder takes the place of an empty one, never that of one with something in it. */
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  removeFolder(path: string): Promise<void>
  /** When anything in the folder was last made, renamed or removed; milliseconds. */
  changedAt(path: string): Promise<number>
  /** Waits until the names in a folder have reached the disk. */
  syncFolder(path: string): Promise<void>
}

const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const READ = constants.O_RDONLY | NO_FOLLOW
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW

/** The machine's own. Files are its user's alone. */
export const systemDisk: Disk = {
  list: async (path) => await fs.readdir(path),
  read: async (path) => await fs.readFile(path, { flag: READ as never }),
  async create(path, bytes, synced) {
    const file = await fs.open(path, CREATE, 0o600)
    try {
      if (bytes.length > 0) await file.writeFile(bytes)
      if (synced) await file.sync()
    } finally {
      await file.close()
    }
  },
  makeFolder: async (path) => await fs.mkdir(path, { mode: 0o700 }),
  rename: async (from, to) => await fs.rename(from, to),
  unlink: async (path) => await fs.unlink(path),
  removeFolder: async (path) => await fs.rmdir(path),
  async changedAt(path) {
    const { ctimeMs } = await fs.lstat(path)
    return ctimeMs
  },
  async syncFolder(path) {
    const folder = await fs.open(path, constants.O_RDONLY)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  },
}

/** Whether an error of the file system has one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code !== undefined && codes.includes(code)
}

/** Runs an act and says whether it happened: false when what it needs, or would make, was (or was not) there. */
export async function happened(
  act: Promise<unknown>,
  ...codes: readonly string[]
): Promise<boolean> {
  try {
    await act
    return true
  } catch (error) {
    if (isErrno(error, ...codes)) return false
    throw error
  }
}
