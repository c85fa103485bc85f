import { python } from './python';
const py = python()!;
for (let i = 0; i < 3; i++) console.log(JSON.stringify(py('agreement', '/tmp/pipe/million.csv', '/tmp/pipe/pyout')));
