import { BROKER_FAULTS } from './broker-faults';
import { DATABASE_FAULTS } from './database-faults';
import { FAILOVER_FAULTS } from './failover-faults';
import { type Fault } from './fault';
import { INPUT_FAULTS } from './input-faults';
import { INSTANCE_FAULTS } from './instance-faults';
import { KILL_FAULTS } from './kill-faults';
import { LETTER_FAULTS } from './letter-faults';

/** Every fault of the table in the design that this machine can bring about. */
export const FAULTS: readonly Fault[] = [
  ...BROKER_FAULTS,
  ...DATABASE_FAULTS,
  ...INSTANCE_FAULTS,
  ...INPUT_FAULTS,
  ...LETTER_FAULTS,
  ...FAILOVER_FAULTS,
  ...KILL_FAULTS,
];
