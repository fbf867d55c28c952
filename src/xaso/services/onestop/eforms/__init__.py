"""Electronic forms: a procedure's questions, papers, fees, term, plan and results as one versioned document.

Pure Python, no Django, no database. See README.md beside this file for how the parts are used.
"""

from xaso.services.onestop.eforms.answers import (
    Problem,
    Reading,
    first_open_page,
    next_page,
    page_of,
    prefill,
    settle,
    stopped,
    validate_all,
    validate_page,
    visible_pages,
    visible_questions,
)
from xaso.services.onestop.eforms.conditions import Condition, Given, holds
from xaso.services.onestop.eforms.fee_schema import Channel, Fee, Rate
from xaso.services.onestop.eforms.fees import FeeLine, FeeQuote, fee_lines
from xaso.services.onestop.eforms.html_input import form_values, from_form
from xaso.services.onestop.eforms.lint import Finding, lint_setup
from xaso.services.onestop.eforms.lists import label_of, options_of, shared_list
from xaso.services.onestop.eforms.load import (
    SetupError,
    dump_setup,
    load_setup,
    setup_on,
    shipped_setups,
)
from xaso.services.onestop.eforms.papers import Paper, missing_components, required_components
from xaso.services.onestop.eforms.plan import LegalTerm, choose_case, plan_for, term_for
from xaso.services.onestop.eforms.result_data import (
    Issuer,
    read_draft,
    result_data,
    results_for,
    template_key,
)
from xaso.services.onestop.eforms.schema import (
    Case,
    Component,
    Kind,
    Option,
    Page,
    Promise,
    Question,
    Result,
    Setup,
    Step,
    Stop,
)
from xaso.services.onestop.eforms.summary import Change, Row, Section, form_diff, in_words, sections, summary

__all__ = [
    "Case",
    "Change",
    "Channel",
    "Component",
    "Condition",
    "Fee",
    "FeeLine",
    "FeeQuote",
    "Finding",
    "Given",
    "Issuer",
    "Kind",
    "LegalTerm",
    "Option",
    "Page",
    "Paper",
    "Problem",
    "Promise",
    "Question",
    "Rate",
    "Reading",
    "Result",
    "Row",
    "Section",
    "Setup",
    "SetupError",
    "Step",
    "Stop",
    "choose_case",
    "dump_setup",
    "fee_lines",
    "first_open_page",
    "form_diff",
    "form_values",
    "from_form",
    "holds",
    "in_words",
    "label_of",
    "lint_setup",
    "load_setup",
    "missing_components",
    "next_page",
    "options_of",
    "page_of",
    "plan_for",
    "prefill",
    "read_draft",
    "required_components",
    "result_data",
    "results_for",
    "sections",
    "settle",
    "setup_on",
    "shared_list",
    "shipped_setups",
    "stopped",
    "summary",
    "template_key",
    "term_for",
    "validate_all",
    "validate_page",
    "visible_pages",
    "visible_questions",
]
