"""The pages of the web behind sources: fetched, looked at again, and added, when the user says so."""
