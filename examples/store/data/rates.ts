/** What one euro is worth, by currency. */
export type Rates = Readonly<Record<string, number>>

/** Asks the bank. An answer takes a noticeable part of a second, and the bank counts how often we ask. */
export async function fetchRates(apiUrl: string, signal?: AbortSignal): Promise<Rates> {
  const response = await fetch(new URL('/rates', apiUrl), {
    signal: signal ?? AbortSignal.timeout(3_000),
  })
  if (!response.ok) throw new Error(`the rates API answered ${response.status}`)
  return (await response.json()) as Rates
}
