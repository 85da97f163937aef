"""CloudFront, WAF, certificates and the buckets behind them."""
