"""Use cases of fit checks."""

from bot.fit_checks.queries import fit_check_for
from bot.fit_checks.service.fit_checks import (
    answer_fit_check,
    share_fit_check,
    share_without_name,
    stop_fit_checks,
)
