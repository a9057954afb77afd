"""What the directory knows and backups leave out: containers, link order, groups, filters; and gpresult."""
