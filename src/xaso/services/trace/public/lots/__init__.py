"""The enterprise's pages of lots: stock, processing, packing, sending, labels, codes."""

from __future__ import annotations

from django.urls import path

from xaso.services.trace.public.lots import codes, doing, printing, runs, sending, stock

_OWN = "co-so/<slug:token>/"
_LOT = f"{_OWN}lo/<slug:lot>/"

lots_urls = [
    path(f"{_OWN}lo/", stock.lots, name="lots"),
    path(f"{_OWN}che-bien/", stock.process, name="process"),
    path(f"{_OWN}che-bien/me/", runs.begin, name="run_new"),
    path(f"{_OWN}che-bien/me/<slug:run>/", runs.one, name="run"),
    path(_LOT, stock.lot, name="lot"),
    path(f"{_LOT}dong-goi/", doing.pack, name="lot_pack"),
    path(f"{_LOT}dong-thung/", doing.cartons, name="lot_cartons"),
    path(f"{_LOT}chia/", doing.split, name="lot_split"),
    path(f"{_LOT}xuat/", doing.use, name="lot_use"),
    path(f"{_LOT}chuyen-kho/", doing.store, name="lot_store"),
    path(f"{_LOT}giay-chung-nhan/", doing.certify, name="lot_certify"),
    path(f"{_LOT}tam-giu/", doing.hold, name="lot_hold"),
    path(f"{_LOT}cong-bo/", doing.publish, name="lot_publish"),
    path(f"{_LOT}tem/", printing.labels, name="lot_labels"),
    path(f"{_OWN}kien/", sending.packages, name="packages"),
    path(f"{_OWN}kien/tem/", printing.package_labels, name="package_labels"),
    path(f"{_OWN}gui-hang/", sending.shipments, name="shipments"),
    path(f"{_OWN}gui-hang/moi/", sending.send, name="ship"),
    path(f"{_OWN}gui-hang/<slug:shipment>/", sending.shipment, name="shipment"),
    path(f"{_OWN}tem/", printing.batches, name="label_batches"),
    path(f"{_OWN}tem/bien-thua/", printing.plot_signs, name="plot_signs"),
    path(f"{_OWN}tem/bien-cay/<uuid:site_id>/", printing.plant_signs, name="plant_signs"),
    path(f"{_OWN}tem/<uuid:batch_id>/", printing.batch, name="label_batch"),
    path(f"{_OWN}tem/<uuid:batch_id>/tem.pdf", printing.batch_pdf, name="label_pdf"),
    path(
        f"{_OWN}tem/<uuid:batch_id>/<uuid:reprint_id>/tem.pdf", printing.reprint_pdf, name="label_reprint_pdf"
    ),
    path(f"{_OWN}ma-so/", codes.codes, name="codes"),
    path(f"{_OWN}duong-dan/", codes.links, name="code_links"),
    path(f"{_OWN}duong-dan/<uuid:link_id>/bo/", codes.link_end, name="code_link_end"),
]
