/**
 * The CloudEvents 1.0 envelope. On the log it travels in binary mode (`ce_*` headers, JSON value), on HTTP structured or batched.
 *
 * Terminology:
 *   id        unique within `source`; of a derived event the uuid v5 of what it says, never of the batch that made it
 *   source    `/assay/<service>`, or the tool's own URI
 *   type      the contract, with its major version
 *   time      when it happened (UTC)
 *   sequence  extension: the how-manieth event of its producer in this topic's partition, from 1 and without gaps, given by the
 *             outbox relay. A consumer that has seen sequence n and accounts for fewer than n events has lost one.
 */
export interface CloudEvent<T extends object = object> {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  time: string;
  datacontenttype: 'application/json';
  subject?: string;
  sequence?: number;
  data: T;
}
