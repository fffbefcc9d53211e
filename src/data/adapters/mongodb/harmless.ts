/** Commands that leave the documents alone. One that is not named here, and is not a known write, may have changed anything. */
export const HARMLESS: ReadonlySet<string> = new Set(
  `find getMore count distinct explain ping hello isMaster ismaster endSessions killCursors killSessions killAllSessions
  refreshSessions startSession listCollections listIndexes listDatabases createIndexes dropIndexes reIndex createSearchIndexes
  updateSearchIndex dropSearchIndex listSearchIndexes buildInfo buildinfo serverStatus dbStats dbstats collStats collstats
  dataSize validate usersInfo rolesInfo connectionStatus hostInfo getParameter setParameter profile currentOp killOp getLog top
  whatsmyuri getCmdLineOpts features lockInfo planCacheClear planCacheListFilters replSetGetStatus replSetGetConfig
  getDefaultRWConcern saslStart saslContinue authenticate logout createUser updateUser dropUser grantRolesToUser createRole
  updateRole dropRole compact fsync fsyncUnlock shardCollection enableSharding listShards isdbgrid balancerStatus
  flushRouterConfig`.split(/\s+/),
)
