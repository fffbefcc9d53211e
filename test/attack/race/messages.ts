/** How a page is made invalid. */
export type Way =
  | 'purge by url'
  | 'purge by tag'
  | 'Cache-Group-Invalidation'
  | 'a write at its address'
  | 'Location of another write'
  | 'clear of its namespace'
  | 'clear'

export const WAYS: readonly Way[] = [
  'purge by url',
  'purge by tag',
  'Cache-Group-Invalidation',
  'a write at its address',
  'Location of another write',
  'clear of its namespace',
  'clear',
]

/** What is asked of the process, each with a number that its answer repeats. */
export type Order =
  | { readonly id: number; readonly kind: 'get'; readonly path: string; readonly language: string }
  | { readonly id: number; readonly kind: 'invalidate'; readonly way: Way; readonly path: string }
  /** How many of its loads wait for another process. */
  | { readonly id: number; readonly kind: 'waits' }
  | { readonly id: number; readonly kind: 'close' }
  /** Lets a view go on, with the version that it had read. */
  | {
      readonly id: number
      readonly kind: 'version'
      readonly view: number
      readonly version: number
    }

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly value: string }
  /** A view has begun, and asks for the version of what it shows. */
  | { readonly kind: 'view'; readonly view: number }
