"""The panes of the stepping screen, one file each; each shows a snapshot it is handed."""
