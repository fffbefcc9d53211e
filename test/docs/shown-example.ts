/**
 * A whole program on a page: it begins with a comment that names its file, and what it prints may follow at once.
 * test/examples/shown.test.ts runs it.
 */
export const SHOWN_EXAMPLE =
  /^```(tsx?)\n\/\/ (examples\/[\w/-]+\.tsx?)\n.*?^```\n(?:\n```text\n.*?^```\n)?/gms
