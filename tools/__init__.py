"""Tools of the workshop: what makes files of the repository; nothing here ships."""
