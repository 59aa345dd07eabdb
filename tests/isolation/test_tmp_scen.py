import time
def test_x(scenario):
    print(scenario.cases)
    for t in ("case_record","handoff","handoff_draft","notice","file_grant","import_fault","case_draft","handoff_file","throttle","sign_in","month_figure","act"):
        print(t, scenario.rows(f"select count(*) from {t}"))
