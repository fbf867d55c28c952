"""A believable month of the demo commune's one-stop shop, made through the actions."""

from xaso.services.onestop.demo.month import fill

__all__ = ["fill"]
