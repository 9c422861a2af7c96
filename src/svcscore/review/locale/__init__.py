"""Texts of the screens, one file an area: key: [Chinese, English]."""
