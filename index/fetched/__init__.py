"""What was fetched from the web, kept in a private folder of the home: texts that an index holds, and what is known of
each page. Nothing here reaches the network."""
