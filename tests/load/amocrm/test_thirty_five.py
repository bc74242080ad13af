"""The thirty-five cases that catch naive clients of amoCRM, each with the tests that show it."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from dentsync.model import Result, StageRef
from tests.load.amocrm.kit import BOOKED, PIPELINE, VISITED, WON, AmoDesk, move, person, visit
from tests.load.portal_kit import results

TESTS = Path(__file__).parents[2]
ANSWERS, READING, SENDING = "load/amocrm/test_answers.py", "load/amocrm/test_reading.py", "load/amocrm/test_sending.py"
FIELDS, CHECK, TOKENS = "load/amocrm/test_fields.py", "load/amocrm/test_check.py", "load/amocrm/test_tokens.py"
HERE, RUNS, CASES = "load/amocrm/test_thirty_five.py", "runs/test_amocrm.py", "runs/test_amocrm_cases.py"
LEADS, DAYS = "runs/test_three_hundred_leads.py", "runs/test_ten_days.py"
TASKS, FAULTS = "runs/test_amocrm_tasks.py", "faults/test_amocrm.py"

ELSEWHERE = {FAULTS}
"""A whole file about one case."""

SHOWN: Mapping[int, tuple[str, ...]] = {
    1: (f"{ANSWERS}::test_an_empty_list_is_an_answer_though_it_has_no_body",
        f"{READING}::test_in_an_empty_account_nothing_is_looked_up",
        f"{RUNS}::test_a_day_of_the_clinic_is_in_the_crm_and_a_second_run_asks_nothing"),
    2: (f"{RUNS}::test_a_day_of_the_clinic_is_in_the_crm_and_a_second_run_asks_nothing",
        f"{DAYS}::test_ten_days_each_leave_the_board_that_the_clinic_would_have_made_by_hand"),
    3: (f"{RUNS}::test_a_lost_answer_is_settled_in_the_same_run_and_nobody_is_made_twice",),
    4: (f"{CASES}::test_of_fifty_of_which_half_was_stored_without_an_answer_all_are_there_once",),
    5: (f"{CASES}::test_three_rows_of_one_patient_in_one_export_are_one_contact_though_the_search_lags",),
    6: (f"{READING}::test_a_card_whose_comment_has_the_digits_is_not_taken_for_its_owner",),
    7: (f"{READING}::test_mother_and_child_on_one_phone_are_both_found_whatever_the_spelling",
        "load/amocrm/test_spellings.py::test_each_spelling_is_found_by_the_search_and_nothing_else",
        f"{LEADS}::test_of_300_leads_every_one_of_a_patient_is_taken_none_wrongly_and_who_is_not_certain_waits"),
    8: (f"{SENDING}::test_a_phone_that_staff_added_between_two_runs_is_still_there",
        f"{DAYS}::test_ten_days_each_leave_the_board_that_the_clinic_would_have_made_by_hand"),
    9: (f"{SENDING}::test_one_bad_row_never_costs_the_other_forty_nine",
        f"{CASES}::test_a_label_that_the_account_has_not_costs_one_of_fifty_and_names_its_row"),
    10: (f"{SENDING}::test_of_a_batch_with_a_dead_item_the_others_are_done_and_not_sent_again",),
    11: (f"{SENDING}::test_ids_are_matched_by_request_id_whatever_the_order_of_the_answer",),
    12: (f"{SENDING}::test_both_kinds_of_429_are_waited_out_and_the_request_goes_again",
         f"{SENDING}::test_seven_requests_a_second_are_never_passed",
         "load/test_bucket.py::test_processes_at_the_same_time_share_one_pace"),
    13: (f"{SENDING}::test_nothing_is_sent_after_the_account_was_blocked",
         f"{RUNS}::test_a_blocked_account_ends_the_run_with_one_line",
         f"{ANSWERS}::test_a_right_that_is_missing_is_one_refusal_only",
         f"{CHECK}::test_a_token_of_an_ordinary_user_is_told"),
    14: (f"{TOKENS}::test_of_many_processes_one_exchanges_and_the_others_take_what_it_left",
         f"{TOKENS}::test_two_programs_that_both_find_the_token_refused_exchange_it_once",
         f"{TOKENS}::test_a_new_pair_that_cannot_be_written_is_said_and_the_old_file_is_whole",
         f"{TOKENS}::test_a_pair_that_was_used_elsewhere_is_told_and_a_fresh_code_mends_it"),
    15: (f"{TOKENS}::test_a_token_that_expires_in_the_middle_of_a_run_is_changed_once_and_the_request_goes_again",),
    16: (f"{SENDING}::test_nine_minutes_of_402_at_night_are_waited_out",),
    17: (f"{READING}::test_a_filter_that_stops_working_is_noticed_and_the_key_is_searched",
         f"{READING}::test_items_are_found_by_our_key_with_the_paid_filter_and_without_it"),
    18: (f"{READING}::test_a_page_is_the_last_when_it_says_so_and_not_when_it_is_short",),
    19: (f"{CHECK}::test_pipelines_that_ignore_the_page_are_read_once",),
    20: (f"{HERE}::test_a_won_deal_goes_back_and_is_lost_with_a_reason_and_without_one",
         f"{HERE}::test_a_stage_of_another_pipeline_is_refused_and_the_deal_stays",
         f"{SENDING}::test_a_lost_deal_comes_back_and_its_reason_goes"),
    21: (f"{SENDING}::test_a_deal_in_unsorted_is_refused_in_words_and_stays",
         f"{DAYS}::test_ten_days_each_leave_the_board_that_the_clinic_would_have_made_by_hand"),
    22: (f"{FIELDS}::test_a_birthday_is_the_same_day_in_every_zone_and_year",
         f"{READING}::test_a_birthday_comes_back_as_the_same_day_in_any_zone_of_the_account"),
    23: (f"{FIELDS}::test_the_price_is_whole_roubles_and_the_field_has_the_exact_sum",
         f"{FIELDS}::test_a_sum_reads_the_same_however_many_zeros_the_account_adds",
         f"{CASES}::test_kopecks_are_written_once_however_they_are_spelled"),
    24: (f"{READING}::test_nothing_filled_in_is_no_error",),
    25: (f"{CASES}::test_who_left_the_clinic_stops_nothing_that_was_theirs",),
    26: (f"{READING}::test_the_id_of_a_contact_that_was_merged_into_another_is_not_there_any_more",
         f"{CASES}::test_a_contact_that_people_merged_is_found_by_our_key_and_has_the_news"),
    27: (f"{RUNS}::test_a_contact_in_the_bin_is_made_again_when_the_mis_has_news_of_it",
         f"{CASES}::test_a_lead_in_the_bin_is_not_made_again"),
    28: (f"{SENDING}::test_a_label_that_was_deleted_since_the_check_fails_its_rows_alone",
         f"{SENDING}::test_after_names_were_refused_the_next_run_resolves_them_anew",
         f"{CHECK}::test_a_field_that_is_not_there_is_named_with_those_like_it"),
    29: (f"{SENDING}::test_a_tag_is_added_to_what_is_made_and_no_other_is_touched",
         f"{CASES}::test_our_tag_has_no_twin_that_differs_by_a_blank"),
    30: (f"{TASKS}::test_a_task_of_the_mis_is_a_task_at_its_deal_and_a_second_run_asks_nothing",
         f"{TASKS}::test_a_task_that_people_completed_is_neither_opened_nor_changed_nor_made_again"),
    31: (f"{RUNS}::test_a_dry_run_changes_nothing_in_the_crm",),
    32: (FAULTS,),
    33: (f"{CASES}::test_no_refusal_of_the_account_shows_a_patient",
         "load/test_targets_contract.py::test_reasons_name_no_person"),
    34: (f"{CASES}::test_more_won_deals_than_a_page_are_each_followed_once_though_all_are_looked_at_twice",
         "load/test_targets_contract.py::test_deals_that_anybody_changed_are_told_once_they_were"),
    35: (f"{ANSWERS}::test_a_page_of_404_is_asked_again_but_never_after_a_creation",
         f"{READING}::test_a_question_that_goes_wrong_is_asked_again"),
}  # fmt: skip


def test_all_thirty_five_are_here() -> None:
    assert sorted(SHOWN) == list(range(1, 36))
    assert all(SHOWN.values())


@pytest.mark.parametrize("number", SHOWN)
def test_each_test_that_is_named_is_there(number: int) -> None:
    for name in SHOWN[number]:
        file, _colons, function = name.partition("::")
        if file in ELSEWHERE and not (TESTS / file).exists():
            continue
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        found = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
        assert function in found if function else found, f"case {number}: {name}"


def test_a_won_deal_goes_back_and_is_lost_with_a_reason_and_without_one(desk: AmoDesk) -> None:
    desk.apply(person(), visit())
    number = desk.ids["deal:d1"]
    ends = (
        (WON, ("Успешно реализовано", None)),
        (VISITED, ("Посетил", None)),
        (WON, ("Успешно реализовано", None)),
        (StageRef("Не пришёл", "lost"), ("Закрыто и не реализовано", "Не пришёл")),
        (BOOKED, ("Записан на прием", None)),
        (StageRef("Закрыто и не реализовано", "lost"), ("Закрыто и не реализовано", None)),
    )
    for stage, shown in ends:
        assert results(desk.apply(move("d1", number, stage))) == {Result.APPLIED}
        assert (desk.deals[0]["status"], desk.deals[0]["loss_reason"]) == shown


def test_a_stage_of_another_pipeline_is_refused_and_the_deal_stays(desk: AmoDesk) -> None:
    desk.apply(person(), visit())
    assert results(desk.apply(move("d1", desk.ids["deal:d1"], StageRef("План согласован")))) == {Result.FAILED}
    assert (desk.deals[0]["pipeline"], desk.deals[0]["status"]) == (PIPELINE, "Записан на прием")
