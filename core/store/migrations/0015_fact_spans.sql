-- Which blocks a report needs is told by their spans, which lie among the facts themselves: one page of the disk for each
-- row, thousands of them for a large desk. Here they are a few dozen.
CREATE INDEX fact_block_span ON fact_block(from_at, to_at, open);
