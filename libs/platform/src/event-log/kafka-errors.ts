/** Errors of Kafka that will not pass by themselves: who this client is, what it may, what the broker speaks, who the broker is. */
const fatalTypes =
  /AUTHORIZATION_FAILED|SASL_AUTHENTICATION_FAILED|UNSUPPORTED_SASL_MECHANISM|UNSUPPORTED_VERSION|INVALID_GROUP_ID|SECURITY_DISABLED/;
const fatalNames = /KafkaJSSASLAuthenticationError|KafkaJSServerDoesNotSupportApiKey|KafkaJSNotImplemented/;
/** Of TLS: a certificate that this client does not trust, or that is another's; one of this client's that brokers do not take, or miss. */
const fatalCodes =
  /^(ERR_SSL_\w+_ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA)|CERT_.*|UNABLE_TO_(GET_ISSUER_CERT|GET_ISSUER_CERT_LOCALLY|VERIFY_LEAF_SIGNATURE)|.*SELF_SIGNED_CERT.*|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/** Whether trying again is of no use. */
export function isFatal(error: unknown): boolean {
  const { name, type, code, cause } = (error ?? {}) as Record<'name' | 'type' | 'code' | 'cause', unknown>;
  if (fatalNames.test(String(name)) || fatalTypes.test(String(type)) || fatalCodes.test(String(code))) return true;
  return cause !== undefined && cause !== error && isFatal(cause);
}

/** Whether kafkajs threw it: by its name, which survives another realm. */
export function isOfKafka(error: unknown): boolean {
  return String((error as Error | undefined)?.name).startsWith('KafkaJS');
}
