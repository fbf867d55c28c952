"""The one-stop shop: procedures, dossiers, results."""
