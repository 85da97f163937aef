"""What an API server would say: schemas, rules in CEL and Pod Security over plain documents. It knows no fleet."""
