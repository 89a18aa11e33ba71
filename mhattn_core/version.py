"""Which mhattn this is: it stands in every file that is written."""

VERSION = "0.2.0"
