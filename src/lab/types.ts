/** The words of the lab: what it stores, and what people are shown of it. */

export type { AuditEntry, StoredFile } from '../storage/types.ts'
export type * from './posted.ts'
export type * from './runs/cases/types.ts'
export { CASE_GROUPS } from './runs/cases/types.ts'
export * from './stored.ts'
export * from './summaries.ts'
export type * from './told.ts'
