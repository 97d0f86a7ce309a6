"""How fast the service is: each bench beside a baseline in the same run, with its load in processes of its own."""
