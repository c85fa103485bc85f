import { type MigrationInterface } from 'typeorm';
import { CreateAccess1764000001000 } from '../security/migrations/1764000001000-create-access';
import { CreateTransport1764000000000 } from './migrations/1764000000000-create-transport';
import { CountUnnumbered1764300000000 } from './migrations/1764300000000-count-unnumbered';
import { FindRedriving1764400000000 } from './migrations/1764400000000-find-redriving';
import { SkipRecords1764000900000 } from './migrations/1764000900000-skip-records';

/** Migrations of the platform's own tables, oldest first; run in every service's schema before the service's own. */
export const PLATFORM_MIGRATIONS: readonly (new () => MigrationInterface)[] = [
  CreateTransport1764000000000,
  CreateAccess1764000001000,
  SkipRecords1764000900000,
  CountUnnumbered1764300000000,
  FindRedriving1764400000000,
];
