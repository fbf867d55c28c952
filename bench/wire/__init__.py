"""Parts of the measurement of the line to the loudspeakers."""

COMMUNE = "02728"
