/** Files that break one rule each, by path in a tree of their own; what the rule's file is called, and which file breaks it. */
export interface Planted {
  rule: string;
  files: Record<string, string>;
  /** The file that the rule must name. */
  guilty: string;
}

const imported = 'export const imported = 1;\n';

/** At least one violation for each rule of .dependency-cruiser.cjs. */
export const PLANTED_IMPORTS: readonly Planted[] = [
  {
    rule: 'no-cycles',
    files: {
      'apps/alpha/src/one.ts': "import { two } from './two';\nexport const one = (): number => two();\n",
      'apps/alpha/src/two.ts': "import { one } from './one';\nexport const two = (): number => one();\n",
    },
    guilty: 'apps/alpha/src/one.ts',
  },
  {
    rule: 'no-orphans',
    files: { 'apps/alpha/src/forgotten.ts': 'export const forgotten = 1;\n' },
    guilty: 'apps/alpha/src/forgotten.ts',
  },
  {
    rule: 'no-barrels',
    files: {
      'apps/alpha/src/barrel/index.ts': imported,
      'apps/alpha/src/barrel-user.ts': "export { imported } from './barrel/index';\n",
    },
    guilty: 'apps/alpha/src/barrel-user.ts',
  },
  {
    rule: 'statistics-imports-nothing',
    files: {
      'libs/platform/src/thing.ts': imported,
      'libs/statistics/src/mean.ts': "export { imported } from '../../platform/src/thing';\n",
    },
    guilty: 'libs/statistics/src/mean.ts',
  },
  {
    rule: 'contracts-import-validators-only',
    files: { 'libs/contracts/src/event.ts': "export { Client } from 'pg';\n" },
    guilty: 'libs/contracts/src/event.ts',
  },
  {
    rule: 'platform-never-imports-an-app',
    files: {
      'apps/alpha/src/used.ts': imported,
      'libs/platform/src/upward.ts': "export { imported } from '../../../apps/alpha/src/used';\n",
    },
    guilty: 'libs/platform/src/upward.ts',
  },
  {
    rule: 'platform-computes-nothing',
    files: {
      'libs/statistics/src/sum.ts': imported,
      'libs/platform/src/computing.ts': "export { imported } from '@assay/statistics/sum';\n",
    },
    guilty: 'libs/platform/src/computing.ts',
  },
  {
    rule: 'statistics-imports-nothing',
    files: { 'libs/statistics/src/framework.ts': "export { Injectable } from '@nestjs/common';\n" },
    guilty: 'libs/statistics/src/framework.ts',
  },
  {
    rule: 'domain-is-pure',
    files: {
      'apps/alpha/src/stored.service.ts': imported,
      'apps/alpha/src/stored.domain.ts': "export { imported } from './stored.service';\n",
    },
    guilty: 'apps/alpha/src/stored.domain.ts',
  },
  {
    rule: 'domain-is-pure',
    files: { 'apps/alpha/src/label.domain.ts': "export { readFileSync } from 'node:fs';\n" },
    guilty: 'apps/alpha/src/label.domain.ts',
  },
  {
    rule: 'an-app-never-imports-another',
    files: {
      'apps/beta/src/own.ts': imported,
      'apps/alpha/src/stranger.ts': "export { imported } from '../../beta/src/own';\n",
    },
    guilty: 'apps/alpha/src/stranger.ts',
  },
  {
    rule: 'assay-sees-modules-only',
    files: {
      'apps/beta/src/beta.service.ts': imported,
      'apps/assay/src/reach.ts': "export { imported } from '../../beta/src/beta.service';\n",
    },
    guilty: 'apps/assay/src/reach.ts',
  },
  {
    rule: 'edges-know-no-database',
    files: { 'apps/alpha/src/alpha.controller.ts': "export { DataSource } from 'typeorm';\n" },
    guilty: 'apps/alpha/src/alpha.controller.ts',
  },
  {
    rule: 'edges-know-no-database',
    files: {
      'apps/alpha/src/item.entity.ts': imported,
      'apps/alpha/src/alpha.consumer.ts': "export { imported } from './item.entity';\n",
    },
    guilty: 'apps/alpha/src/alpha.consumer.ts',
  },
  {
    rule: 'kafkajs-behind-one-folder',
    files: { 'libs/platform/src/http/producer.ts': "export { Kafka } from 'kafkajs';\n" },
    guilty: 'libs/platform/src/http/producer.ts',
  },
  {
    rule: 'no-dev-dependencies-in-production',
    files: { 'apps/alpha/src/random.ts': "export { default } from 'fast-check';\n" },
    guilty: 'apps/alpha/src/random.ts',
  },
  {
    rule: 'not-to-unresolvable',
    files: { 'apps/alpha/src/lost.ts': "export { nothing } from './nowhere';\n" },
    guilty: 'apps/alpha/src/lost.ts',
  },
];

const domain = 'apps/alpha/src/impure.domain.ts';

/** At least one violation for each restriction of eslint.config.mjs that keeps the house as it is. */
export const PLANTED_CODE: readonly (Planted & { says: RegExp })[] = [
  {
    rule: 'no-restricted-properties',
    says: /no clock/,
    guilty: domain,
    files: { [domain]: 'export const now = Date.now();\n' },
  },
  {
    rule: 'no-restricted-properties',
    says: /no dice/,
    guilty: 'apps/alpha/src/dice.domain.ts',
    files: { 'apps/alpha/src/dice.domain.ts': 'export const chance = Math.random();\n' },
  },
  {
    rule: 'no-restricted-syntax',
    says: /no clock/,
    guilty: 'apps/alpha/src/date.domain.ts',
    files: { 'apps/alpha/src/date.domain.ts': 'export const today = new Date();\n' },
  },
  {
    rule: 'no-restricted-syntax',
    says: /does not wait/,
    guilty: 'apps/alpha/src/wait.domain.ts',
    files: { 'apps/alpha/src/wait.domain.ts': 'export const wait = async (work: Promise<number>) => await work;\n' },
  },
  {
    rule: 'no-restricted-globals',
    says: /takes what it needs/,
    guilty: 'apps/alpha/src/env.domain.ts',
    files: { 'apps/alpha/src/env.domain.ts': 'export const home = process.cwd();\n' },
  },
  {
    rule: 'no-restricted-globals',
    says: /no clock/,
    guilty: 'libs/statistics/src/timer.ts',
    files: { 'libs/statistics/src/timer.ts': 'export const stop = setTimeout(() => undefined, 1);\n' },
  },
  {
    rule: 'no-restricted-properties',
    says: /no dice/,
    guilty: 'libs/statistics/src/dice.ts',
    files: { 'libs/statistics/src/dice.ts': 'export const chance = Math.random();\n' },
  },
  {
    rule: 'no-restricted-syntax',
    says: /no clock/,
    guilty: 'apps/alpha/src/date-text.domain.ts',
    files: { 'apps/alpha/src/date-text.domain.ts': 'export const today = Date();\n' },
  },
  {
    rule: 'no-restricted-syntax',
    says: /does not wait/,
    guilty: 'libs/statistics/src/later.ts',
    files: {
      'libs/statistics/src/later.ts': 'export const later = (work: Promise<number>) => work.then((x) => x + 1);\n',
    },
  },
  {
    rule: 'no-restricted-syntax',
    says: /does not wait/,
    guilty: 'libs/statistics/src/async.ts',
    files: { 'libs/statistics/src/async.ts': 'export class Fit {\n  async fit(): Promise<void> {}\n}\n' },
  },
  ...[
    ['crypto', 'crypto.randomUUID()', /no dice/],
    ['immediate', 'setImmediate(() => undefined)', /no clock/],
    ['interval', 'setInterval(() => undefined, 1)', /no clock/],
    ['performance', 'performance.now()', /no clock/],
    ['fetch', "fetch('http://127.0.0.1')", /does not wait/],
    ['global', 'globalThis.process', /takes what it needs/],
  ].map(([name, expression, says]) => ({
    rule: 'no-restricted-globals',
    says: says as RegExp,
    guilty: `apps/alpha/src/${String(name)}.domain.ts`,
    files: { [`apps/alpha/src/${String(name)}.domain.ts`]: `export const value = ${String(expression)};\n` },
  })),
  {
    rule: 'no-restricted-imports',
    says: /Settings are read once/,
    guilty: 'libs/platform/src/http/imported-env.ts',
    files: {
      'libs/platform/src/http/imported-env.ts':
        "import { env } from 'node:process';\nexport const port = env['PORT'];\n",
    },
  },
  {
    rule: 'no-restricted-properties',
    says: /Settings are read once/,
    guilty: 'libs/platform/src/http/global-env.ts',
    files: { 'libs/platform/src/http/global-env.ts': "export const port = globalThis.process.env['PORT'];\n" },
  },
  {
    rule: 'no-restricted-properties',
    says: /Settings are read once/,
    guilty: 'apps/alpha/src/taken-env.ts',
    files: { 'apps/alpha/src/taken-env.ts': "const { env } = process;\nexport const port = env['PORT'];\n" },
  },
  {
    rule: 'no-restricted-properties',
    says: /Settings are read once/,
    guilty: 'libs/platform/src/http/env.ts',
    files: { 'libs/platform/src/http/env.ts': 'export const port = process.env.PORT;\n' },
  },
  {
    rule: 'no-console',
    says: /console/,
    guilty: 'apps/alpha/src/shout.ts',
    files: { 'apps/alpha/src/shout.ts': "console.log('hello');\nexport {};\n" },
  },
  {
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    says: /not exhaustive/,
    guilty: 'apps/alpha/src/switch.ts',
    files: {
      'apps/alpha/src/switch.ts':
        "export function f(state: 'a' | 'b'): number {\n  switch (state) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
    },
  },
  {
    rule: '@typescript-eslint/no-floating-promises',
    says: /Promises must be awaited/,
    guilty: 'apps/alpha/src/floating.ts',
    files: { 'apps/alpha/src/floating.ts': 'export function f(work: () => Promise<void>): void {\n  work();\n}\n' },
  },
];
