class Undone extends Error {}

/** Makes the transaction around it fail. */
export function undo(): never {
  throw new Undone()
}

/** Waits for a transaction that {@link undo} ends. */
export async function undone(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (error instanceof Undone) return
    throw error
  }
  throw new Error('It was not undone.')
}
