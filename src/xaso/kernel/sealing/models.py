"""The tree over the events, its signed heads and the keys. Nothing here is ever changed: the database refuses it."""

from __future__ import annotations

from django.db import models


class Leaf(models.Model):
    """One event in the tree, in the order of sealing; the hash is salted (plain/logbook/leaves.py)."""

    index = models.BigIntegerField("mục số", primary_key=True)
    seq = models.BigIntegerField("số sự kiện", unique=True)
    hash = models.BinaryField("băm")

    class Meta:
        verbose_name = "mục nhật ký"


class Node(models.Model):
    """A complete subtree, kept at every fourth level: the steps by which proofs are made fast."""

    pk = models.CompositePrimaryKey("level", "position")
    level = models.SmallIntegerField("tầng")
    position = models.BigIntegerField("vị trí")
    hash = models.BinaryField("băm")

    class Meta:
        verbose_name = "nút nhật ký"


class LogKey(models.Model):
    """A key of the log: the statement that the key before it signed, and where its private part is held."""

    number = models.PositiveIntegerField("thứ tự", primary_key=True)
    origin = models.CharField("tên nhật ký", max_length=200)
    public = models.BinaryField("khóa công khai")
    reference = models.CharField("nơi giữ khóa", max_length=400)
    statement = models.TextField("giấy chứng khóa")
    from_size = models.BigIntegerField("dùng từ mục")
    at = models.DateTimeField("lập lúc")

    class Meta:
        verbose_name = "khóa nhật ký"


class TreeHead(models.Model):
    """What the log said of itself at a moment, signed: so many leaves, this root."""

    number = models.BigIntegerField("thứ tự", primary_key=True)
    size = models.BigIntegerField("số mục", db_index=True)
    root = models.BinaryField("gốc cây")
    at = models.DateTimeField("ký lúc")
    note = models.TextField("bản đã ký")

    class Meta:
        verbose_name = "đầu nhật ký"


class SealState(models.Model):
    """How far the sealer has looked: below ``settled`` no event can come to light any more.

    ``pending`` becomes settled when every transaction older than ``horizon`` has ended.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    settled = models.BigIntegerField("đã xong đến", default=0)
    pending = models.BigIntegerField("đang chờ đến", default=0)
    horizon = models.BigIntegerField("giao dịch chờ", default=0)
    since = models.DateTimeField("chờ từ", null=True)

    class Meta:
        verbose_name = "mức ghi nhật ký"


class Cosignature(models.Model):
    """A witness's signature under a head, shown beside it."""

    head = models.ForeignKey(TreeHead, models.PROTECT, related_name="cosignatures")
    witness = models.CharField("bên chứng kiến", max_length=200)
    public = models.BinaryField("khóa công khai")
    line = models.TextField("chữ ký")
    at = models.DateTimeField("ký lúc")

    class Meta:
        verbose_name = "chữ ký chứng kiến"
        constraints = [models.UniqueConstraint(fields=["head", "witness"], name="cosignature_once")]
