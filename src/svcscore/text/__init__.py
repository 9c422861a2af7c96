"""What recognised text looks like to the rules: script, numerals and fillers settled, and pinyin."""
