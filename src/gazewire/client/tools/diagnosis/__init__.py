"""What is wrong between this computer and a device, in words, with what to do about it."""

from gazewire.client.tools.diagnosis.examination import examine
from gazewire.client.tools.diagnosis.finding import Finding, Verdict
from gazewire.client.tools.diagnosis.problem import PROBLEMS, Problem

__all__ = ["PROBLEMS", "Finding", "Problem", "Verdict", "examine"]
