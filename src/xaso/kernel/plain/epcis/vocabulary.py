"""The Core Business Vocabulary (GS1 CBV 2.0): lists of terms and their four spellings.

A term is written as a bare word (``shipping``, in JSON), a URN (``urn:epcglobal:cbv:bizstep:shipping``, in XML), a
web address (``https://ref.gs1.org/cbv/BizStep-shipping``, canonical) or shortened (``cbv:BizStep-shipping``).
"""

from __future__ import annotations

from dataclasses import dataclass

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://gs1.org/voc/"

_STEPS = """accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing
killing loading other packing picking receiving removing repackaging repairing replacing reserving retail_selling
sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
void_shipping"""
_STATES = """active available completeness_inferred completeness_verified conformant container_closed container_open
damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance
mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled
reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown"""
_PAPERS = "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
_MEASURES = """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance
Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge
ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance
Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity
MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity
RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature
Time Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber"""
_COMPONENTS = """x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing
latitude longitude altitude"""


@dataclass(frozen=True, slots=True)
class Terms:
    """One list of the vocabulary. ``words`` and ``terms`` answer every known spelling by one look."""

    kind: str
    names: frozenset[str]
    urn: str
    web: str
    words: dict[str, str]
    terms: dict[str, str]

    def word(self, value: str) -> str:
        """The bare word of a term in any spelling; what is not of this list comes back as it is."""
        return self.words.get(value, value)

    def term(self, value: str) -> str:
        """The canonical web address of a term in any spelling; what is not of this list comes back as it is."""
        found = self.terms.get(value)
        if found is None and self.urn and value.startswith(self.urn):
            return self.web + value[len(self.urn) :]
        return value if found is None else found

    def is_foreign(self, value: str) -> bool:
        """Whether a value claims to be GS1's own without being in the list: a bare word or one of its addresses."""
        if value in self.words:
            return False
        if ":" not in value:
            return True
        return bool(self.urn and value.startswith(self.urn)) or value.startswith(
            (self.web, "urn:epcglobal:cbv:")
        )

    def urn_of(self, value: str) -> str:
        """The spelling for XML: a URN where the list has one, else the web address."""
        word = self.words.get(value)
        if word is None:
            return value
        return self.urn + word if self.urn else self.web + word


def _terms(kind: str, text: str, urn: str, web: str, *also: str) -> Terms:
    names = text.split()
    heads = [head for head in (urn, web, *also) if head]
    words = {name: name for name in names} | {head + name: name for head in heads for name in names}
    return Terms(kind, frozenset(names), urn, web, words, {form: web + word for form, word in words.items()})


def _cbv(kind: str, text: str, urn: str, head: str) -> Terms:
    return _terms(kind, text, f"urn:epcglobal:cbv:{urn}:" if urn else "", CBV + head, "cbv:" + head)


def _voc(kind: str, text: str) -> Terms:
    others = ("gs1:", "https://www.gs1.org/voc/", "http://gs1.org/voc/", "https://ref.gs1.org/voc/")
    return _terms(kind, text, "", VOC, *others)


BIZ_STEP = _cbv("bizStep", _STEPS, "bizstep", "BizStep-")
DISPOSITION = _cbv("disposition", _STATES, "disp", "Disp-")
TRANSACTION = _cbv("bizTransaction", _PAPERS, "btt", "BTT-")
PARTY = _cbv("sourceOrDestination", "owning_party possessing_party location", "sdt", "SDT-")
REASON = _cbv("errorReason", "did_not_occur incorrect_data", "er", "ER-")
COMPONENT = _cbv("component", _COMPONENTS, "", "Comp-")
MEASUREMENT = _voc("measurement", _MEASURES)
ALERT = _voc("exception", "ALARM_CONDITION ERROR_CONDITION")

EVENT_TYPES = frozenset(
    {"ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"}
)
