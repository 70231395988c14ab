-- The file in which a row lies that could not be read.
ALTER TABLE bad_row ADD COLUMN file VARCHAR DEFAULT '';
