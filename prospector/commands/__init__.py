"""One module for each command of ours, named like it; those with an underscore are shared. Scrapy looks for commands here."""

from prospector.commands._asked_for import import_what_is_asked_for
from prospector.commands._unknown import suggest_commands

suggest_commands()
import_what_is_asked_for()
