// Lets a test start a program of its own that is written in TypeScript: `node -r test/support/typescript.cjs program.ts`.
const { join } = require('node:path');
const Module = require('node:module');
const { transformFileSync } = require('@swc/core');

const root = join(__dirname, '../..');
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const [, library, path] = /^@assay\/(contracts|platform|statistics)\/(.*)$/.exec(request) ?? [];
  return resolve.call(this, library ? join(root, 'libs', library, 'src', path) : request, ...rest);
};

require.extensions['.ts'] = (module, path) =>
  module._compile(transformFileSync(path, { configFile: join(root, '.swcrc'), cwd: root }).code, path);
