"""Speed beside peers, in the same run: `make bench` prints ratios, no stored figure."""
