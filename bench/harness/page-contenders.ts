import type { PageContender } from '../contenders/pages/page.ts'

/** Each is imported only where it takes part. */
export const PAGE_CONTENDERS = {
  node: async () => (await import('../contenders/pages/plain.ts')).plainNode,
  express: async () => (await import('../contenders/pages/plain.ts')).plainExpress,
  'in-front': async () => (await import('../contenders/pages/breakwater.ts')).inFront,
  'within-express': async () => (await import('../contenders/pages/breakwater.ts')).withinExpress,
  'in-process': async () => (await import('../contenders/pages/breakwater.ts')).inProcess,
  apicache: async () => (await import('../contenders/pages/apicache.ts')).withinExpress,
  undici: async () => (await import('../contenders/pages/undici.ts')).undici,
} as const satisfies Readonly<Record<string, () => Promise<PageContender>>>

export type PageContenderName = keyof typeof PAGE_CONTENDERS
