import type { NunjucksModule } from './nunjucks-types.ts'

/** How a tag tells Nunjucks what it brought. */
export type Done = (error: unknown, text?: unknown) => void

/** Tells Nunjucks when it is done. */
export function settle(done: Done, nunjucks: NunjucksModule, act: () => Promise<string>): void {
  const go = (error: unknown, text?: object): void => {
    try {
      done(error, text)
    } catch (thrown) {
      // The rest of the template runs in here, and nobody else would hear of its errors.
      done(thrown)
    }
  }
  act().then(
    (text) => go(null, new nunjucks.runtime.SafeString(text)),
    (error: unknown) => go(error),
  )
}
