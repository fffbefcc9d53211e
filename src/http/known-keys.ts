// Keys that were asked for lately, by all that is hashed: the hash is the greater part of making one. What is known here never
// becomes wrong, since a key is a function of that text and of nothing else.

/** Beyond it all are made anew. Some 4 MB. */
const MOST = 5000
/** Longer texts are not remembered. */
const LONGEST = 1024

const byText = new Map<string, string>()

export function keyOfText(text: string): string | undefined {
  return byText.get(text)
}

export function learnText(text: string, key: string): void {
  if (text.length > LONGEST) return
  if (byText.size >= MOST) byText.clear()
  byText.set(text, key)
}
