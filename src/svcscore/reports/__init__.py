"""What the outside reads: lines of JSON, a page that plays, a workbook."""
