"""Pure rules of the programme: no database, no clock of their own."""
