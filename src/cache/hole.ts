// Holes of pages, as the two sides of them see it: fragments, whose templates have them, and pages, which keep them. Neither
// knows the other.
import { Making } from './making.ts'

/** A place in a page that is rendered afresh for each request: all that is stored of it. */
export interface PlacedHole {
  /** By which its renderer is found again, in any process. */
  readonly name: string
  /** What it was given where it stands: plain data. */
  readonly args: unknown
  /** Digest of all that it is rendered by: under another, it is another hole. */
  readonly version: string
}

/** What renders the holes of pages for a request that has nothing but itself: no view has run. */
export interface PageHoles<Incoming> {
  /** Whose holes these are. */
  readonly owner: object
  /** What holes may show of a request: called once for each request whose page has any. */
  readonly context: (request: Incoming) => object | Promise<object>
  /**
   * The renderer of a hole in this process.
   *
   * @returns `undefined` when there is none of this name, none of this version, or when it needs what it would not be given
   */
  readonly find: (hole: PlacedHole, context: object) => Promise<(() => Promise<string>) | undefined>
}

/** What a page that is being made says to those who have holes for it. */
export interface HolePlaces {
  /** What holes may show of the request of this page. */
  context(): Promise<object>
  /** Renders a hole: what it reads, and the tags of what it shows, are not the page's. */
  render(act: () => Promise<string> | string): Promise<string>
  /**
   * @param text what is put there for the request that makes the page
   * @returns what stands for the hole in the page's text; `undefined` where it can no longer be told from the rest
   */
  put(hole: PlacedHole, text: string): string | undefined
}

/** One rendering of a hole. Nothing of it is a part of the page, or of a fragment, around it. */
export class HoleScope extends Making {
  override add(): void {}
  override personal(): void {}
  override differs(): void {}
  override read(): void {}
  override user(): void {}
  override hides(): boolean {
    return true
  }
}
