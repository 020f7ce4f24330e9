"""Pages of the measures: the register of all of them, how far one has come, reporting and deciding about reports.

views      the register, the history of one measure, one report
reporting  filing a report, answering a question about it
deciding   the moderators' decision
"""
