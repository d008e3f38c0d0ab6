"""Who is calling, and what they may do: permissions, tokens, passwords, the look-up of the caller."""
