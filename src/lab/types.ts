/** The words of the lab: what it stores, and what people are shown of it. */

export type { AuditEntry, StoredFile } from '../storage/types.ts'
export * from './stored.ts'
export * from './summaries.ts'
