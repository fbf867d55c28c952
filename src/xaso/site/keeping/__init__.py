"""Not losing: encrypted backups to a point in time, restore, the drill that proves them, the warm standby.

Nothing here needs Django: after a disaster there is no database for it to connect to.
"""
