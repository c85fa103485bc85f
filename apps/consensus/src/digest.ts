import { createHash } from 'node:crypto';
import { type Transaction } from '@assay/platform/transport/transaction';
import { agreementOf } from './agreement.service';
import { itemPage } from './item.queries';
import { projectsNamed } from '@assay/platform/copies/project-copy';

const PAGE = 1000;

/**
 * SHA-256 (hex) of what is decided in a project: per item in the order of its name (by bytes) and per question in the order of the
 * project: label, state, confidence to 9 places; then every coefficient of agreement to 9 places. No ids, times, versions or epochs:
 * at rest it depends on the set of annotations and the policy alone.
 */
export async function digestOf(tx: Pick<Transaction, 'sql'>, name: string): Promise<string> {
  const hash = createHash('sha256');
  const project = (await projectsNamed(tx, [name])).get(name);
  if (!project) return hash.digest('hex');
  for (let after = ''; ;) {
    const items = await itemPage(tx, name, { after, limit: PAGE });
    for (const { item, decisions } of items) {
      for (const { question, label, state, confidence } of decisions) {
        hash.update(`${JSON.stringify([item, question, label ?? null, state, confidence.toFixed(9)])}\n`);
      }
    }
    after = items.at(-1)?.item ?? after;
    if (items.length < PAGE) break;
  }
  for (const question of project.questions) {
    const { coefficients } = await agreementOf(tx, project, question, '');
    for (const [coefficient, { value }] of Object.entries(coefficients)) {
      hash.update(`${JSON.stringify([question.name, coefficient, value === null ? null : toNinePlaces(value)])}\n`);
    }
  }
  return hash.digest('hex');
}

/** A hair below zero is written like zero: it is the last bit of a sum. */
function toNinePlaces(value: number): string {
  return value.toFixed(9).replace(/^-(?=[0.]+$)/, '');
}
