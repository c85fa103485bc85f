import { x } from '@assay/statistics/numerics/x';
console.log(x);
