"""``python -m bot``: the command ``toklink`` by the interpreter that runs already."""

from bot.cli import main

main()
