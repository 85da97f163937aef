"""What happens when something is lost: played on the records, limits and rules that synthesis writes."""
