"""What an ADMX file defines, with the texts of its ADML files joined in; the reader is `policylint.readers.admx`."""
