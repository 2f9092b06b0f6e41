// Prometheus and its promtool, without a web page. Its own replace is repeated: one in a dependency does not count.
// Its go.sum is copied in at build time.
module sluice.dev/test/prometheus

go 1.26.0

require github.com/prometheus/prometheus v0.315.0

replace cloud.google.com/go => cloud.google.com/go v0.123.0
