// breakwater/dashboard: what the cache does, on pages, mounted anywhere.
export type { AuditEntry } from './audit.ts'
export { type Dashboard, dashboard } from './dashboard.ts'
export type { DashboardNodeRequest } from './node-handler.ts'
export type { Admission, DashboardCaches, DashboardOptions } from './options.ts'
export type { RedactOptions } from './redaction.ts'
export type { Finding, SeenRequest } from './told.ts'
