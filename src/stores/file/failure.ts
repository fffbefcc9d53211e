import { CacheError, isCacheError } from '../../base/errors.ts'

const REMEDY: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Make room, or lower maxBytes.',
  EDQUOT: "The user's quota is used up. Make room, or lower maxBytes.",
  EROFS: 'The file system takes no writes.',
  EACCES: "This process's user may not. Give it the folder.",
  EPERM: "This process's user may not. Give it the folder.",
}

/** The disk is full, for us at least. */
export function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** Turns an error of the file system into an outage; what is no error of the file system stays as it is. */
export function outage(error: unknown, root: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (isCacheError(error) || !(error instanceof Error) || typeof code !== 'string') return error
  const remedy = REMEDY[code]
  if (remedy !== undefined)
    return new CacheError('E_STORE_REFUSED', `The files in ${root}: ${code}. ${remedy}`, {
      cause: error,
    })
  return new CacheError('E_STORE_DOWN', `The files in ${root} cannot be used: ${message}.`, {
    cause: error,
  })
}

export function refused(root: string, why: string): CacheError {
  return new CacheError('E_STORE_REFUSED', `The folder ${root} is not used: ${why}`)
}
