import { SERVICES } from '../../apps/assay/src/services';
import { provision } from '../../libs/platform/src/postgres/provision';

// Makes a database fit for every service, and ends.
void provision(process.argv[2]!, SERVICES).then(() => process.exit(0));
