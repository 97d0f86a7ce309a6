"""Models of other projects made into folders that rtt serves, checked, and made smaller."""
