"""What must not be lost: Aurora DSQL, Valkey, tables, queues, topics, keys, backup."""
