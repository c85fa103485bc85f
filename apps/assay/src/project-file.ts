import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describeFieldError } from '@assay/contracts/field-error';
import { completeProject } from '@assay/contracts/project/project-file';
import { type ProjectDefinition } from '@assay/contracts/project/project-definition';
import { CliError, EXIT } from './cli-error';

/**
 * A project file (YAML or JSON), with every default filled in.
 * @throws CliError 3 where there is no such file, 6 where it is not YAML or not a project, naming place, value and expectation.
 */
export async function readProjectFile(path: string): Promise<ProjectDefinition> {
  const name = basename(path);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.notFound, `${path}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
  // Loaded where it is needed: it takes as long as to read a file of a hundred thousand labels.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  const syntax = document.errors[0];
  if (syntax)
    throw new CliError(EXIT.badData, `${name}:${syntax.linePos?.[0].line ?? 1}: ${syntax.message.split('\n')[0]}`);
  return complete(document.toJS(), name);
}

/** @throws CliError 6 naming each field that is wrong. */
export function complete(input: unknown, name: string): ProjectDefinition {
  const completed = completeProject(input);
  if (completed.type === 'project') return completed.project;
  throw new CliError(EXIT.badData, completed.errors.map((error) => `${name}: ${describeFieldError(error)}`).join('\n'));
}
