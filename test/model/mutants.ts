/** Ways to build the protocol wrongly, each by leaving out or turning round one of its rules. */
export const MUTANTS = {
  // The lease protocol.
  'commit-without-token': 'COMMIT stores without asking whether the token still holds the lease',
  'stamp-after-load': 'the stamp of an entry is read when it is stored, not before its load',
  'naive-single-flight': 'a call joins whatever load of its key runs in its process',
  'unchecked-joiners': 'a call reads, then joins a load without comparing its lease',
  'delete-keeps-lease': 'an invalidated key loses its value and keeps the lease of its load',
  'no-steal': 'a lease whose load was overtaken is left to its holder',
  'bare-wakes': 'wakes bring no record: who is woken looks again',
  'lease-for-all': 'ACQUIRE gives the lease to everyone who asks',
  'no-rev-check': 'ACQUIRE gives a lease although somebody has just stored a value',
  'rev-unseen': 'ACQUIRE is not told which value the caller has seen',
  'late-tags-unchecked': 'who joined by the word of the store takes a load with undeclared tags',
  'late-tags-unread': 'tags found in an entry are not looked up when nobody declared them',
  'vouched-undeclared': 'a record that came with a wake is used whatever its tags',
  'wake-from-anyone': 'a record that came with a wake is used whoever wrote it',
  'lost-generations-zero': 'generations that were lost count as never invalidated',
  // The near cache.
  'log-before-delete': 'an invalidated key is logged before the store has deleted it',
  'no-placeholder': 'a near copy is filled without a placeholder that the log can remove',
  'past-horizon-served': 'a near copy is served however long ago the log was last read',
  'shared-placeholder':
    'a placeholder does not belong to one read: any read of the process fills it',
  'gap-unnoticed': 'a process reads on in a log that has lost records',
  'horizon-from-answer': 'the age of a log read counts from its answer, not from its sending',
  'reach-without-waiting': "reach: 'everywhere' resolves without waiting for anyone",
  'own-near-unaware': 'an invalidation does not touch the near copies of its own process',
  // Failover.
  'no-journal': 'after a failover nobody replays the invalidations it has lost',
  'journal-after-reads': 'the journal is replayed after the process reads again',
  'lease-survives-failover': 'a process goes on with a lease of the lost server',
  // Intents.
  'no-intents': 'writers invalidate after their commit and announce nothing',
  'intent-removed-by-others': "a writer's invalidation removes everybody's quarantine",
  'intent-removed-by-delete': 'a plain invalidation removes a quarantine',
  'quarantine-stores': 'what is loaded during a quarantine is stored',
  'stamp-without-deadlines': 'what is loaded after an expired intent carries the older clock',
  'deadline-judged-early': "a reader's clock runs ahead: it takes an intent for expired",
  'commit-after-deadline': 'a writer commits to the database after the deadline of its intent',
} as const

export type Mutant = keyof typeof MUTANTS
