/**
 * gRPC status codes by which a server says that it failed: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL,
 * UNAVAILABLE, DATA_LOSS; alternatives of a regular expression. No HTTP status has fewer than three digits.
 * Source: https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ (server spans)
 */
export const grpcFailures = '2|4|12|13|14|15'
