"""A sample of each term as a file writes it. Tests read every sample as part of a programme."""

SAMPLES: dict[str, str] = {
    "Programme": """
programme: first-jobs
title: First jobs
currency: EUR
""",
    "Rounding": """
rounding: {rule: half_up}
""",
    "Document": """
documents:
  contract: {title: Outcomes contract first jobs, publisher: The city, published_on: 2025-01}
""",
    "Party": """
parties:
  city: {name: The city, roles: [outcome_payer], source: contract page 1}
  fund: {name: The fund, roles: [investor]}
  provider: {name: The provider, roles: [service_provider]}
""",
    "Calendar": """
calendar:
  starts_on: 2025-01-01
  intake_from: 2025-01-01
  intake_until: 2026-01-01
  ends_on: 2028-01-01
  observation_months: 24
  index_date: {en: The day of enrolment., nl: De dag van aanmelding.}
  measurement_lag: 3 months
""",
    "Cohort": """
cohorts:
  intake_2025: {title: Intake of 2025, intake_from: 2025-01-01, intake_until: 2026-01-01, planned: 150}
""",
    "Service": """
services:
  coaching: {provider: provider, intervention: Coaching to a first job, planned_people: 150}
""",
    "OutcomeMetric": """
outcome_metrics:
  first_job:
    title: {en: First job held for 13 weeks, nl: Eerste baan gedurende 13 weken}
    unit: person
    definition: Paid work of at least 16 hours a week for 13 weeks on end.
    evidence: employer_letter
""",
    "Measured": """
outcome_metrics:
  months_of_work:
    title: Months of work a person
    unit: month
    measured: {months_of: employment, counts_when: {average_hours: 24}, value: mean}
    pools: mean_by_n
  durable_work:
    title: Persons in durable work
    unit: share of persons
    measured: {class_of: months_of_work, at_least: 18, value: share}
""",
    "MonthRule": """
outcome_metrics:
  months_of_work:
    title: Months of work a person
    unit: month
    measured:
      months_of: employment
      counts_when: {contract_hours: 24, on_share_of_days: 50%}
""",
    "Effect": """
outcome_metrics:
  reconvictions:
    title: Reconvictions for 100 people released
    unit: reconvictions per 100
    better: fewer
    effect:
      form: relative
      counterfactual: [{kind: matched_group}]
      fallback: {below: 50, is: 0}
""",
    "Counterfactual": """
outcome_metrics:
  restored:
    title: Children who went home
    unit: share of children
    effect:
      form: points
      counterfactual:
        - {kind: fixed_rate, is: 25%, until: 2027-01-01}
        - {kind: matched_group, from: 2027-01-01}
""",
    "Figure": """
figures:
  participants: 119
  ambition:
    title: Extra months of work aimed at
    product: [participants, {sum: [{product: [18%, 18]}, {product: [22%, 12]}]}]
    round: {to: 1}
  half_at_most: {ratio: [{result: months_delivered}, ambition], at_most: 50%}
""",
    "Row": """
figures:
  coupon:                       # a step table: one value for each interval
    steps: {result: restoration_rate}
    rows:
      - {below: 55%, is: 0}
      - {from: 55%, below: 60%, is: 3%}
      - {from: 60%, is: 7.5%}
  scale:                        # straight lines between points
    points: {effect: well_being}
    rows: [{at: 0.5, is: 0%}, {at: 1.4, is: 100%}]
  tiers:                        # each slice has its own price
    slices: {claims: first_job, take: count}
    rows:
      - {up_to: 100, each: 500}
      - {above: 100, each: 250}
""",
    "Choice": """
figures:
  price_by_class:
    by:
      - {class: under_25, is: EUR 1 000}
      - {class: over_25, until: 2026-01-01, is: EUR 1 200}
      - {otherwise: yes, is: EUR 1 300}
""",
    "Condition": """
outcome_pricings:
  bonus:
    title: Bonus for reaching both targets
    metric: first_job
    counts: 1
    price: EUR 50 000
    when:
      all_of:
        - {figure: {claims: first_job, take: count}, from: 100}
        - {any_of: [{figure: {result: attendance}, above: 80%}, {figure: {result: grades}, from: 7}]}
""",
    "Selector": """
figures:
  young_starters: {claims: first_job, where: {class: under_25, cohort: [intake_2025, intake_2026]}}
""",
    "Growth": """
figures:
  indexed_price: {product: [EUR 1 000, {growth: {yearly: 2.5%, since: 2025-01-01}}]}
""",
    "Elapsed": """
figures:
  years_running: {elapsed: {since: 2025-01-01, until: 2028-01-01, in: years}}
""",
    "Round": """
figures:
  whole_months: {product: [119, 5.88], round: {to: 1, rule: half_up}}
""",
    "OutcomePricing": """
outcome_pricings:
  first_job:
    title: First job, 13 weeks
    metric: first_job
    for_each: claim
    price: EUR 2 600
    sequence: {times: 1}
""",
    "Sequence": """
outcome_pricings:
  still_in_work:
    title: Still in work after 26 weeks
    metric: still_in_work
    for_each: claim
    price: EUR 1 000
    sequence: {times: 1, after: {line: first_job, no_sooner_than: 13 weeks}, not_with: part_time_job}
""",
    "After": """
outcome_pricings:
  still_in_work:
    title: Still in work after 26 weeks
    metric: still_in_work
    for_each: claim
    price: EUR 1 000
    sequence:
      after: [{line: first_job, no_sooner_than: 13 weeks, no_later_than: 1 year, same_occurrence: yes}]
""",
    "Evidence": """
evidence:
  employer_letter: {kinds: [employer_letter, payslip], signed_by: provider, validated_by: auditor}
  final_report: {kinds: [report], report_version: "1.2", withdrawn: claw_back}
""",
    "Limit": """
limits:
  per_person: {at_most: EUR 8 200, per: person}
  per_year: {at_most: EUR 250 000, per: year, carries_forward: yes}
  city_at_most: {at_most: EUR 400 000, payer: city, beyond: ministry}
  whole_contract: {at_most: EUR 600 000, cut: in_proportion}
""",
    "OutcomePaymentCommitment": """
outcome_payment_commitments:
  city: {share: {by: [{line: first_job, is: 60%}, {otherwise: yes, is: 0%}]}, maximum: EUR 400 000}
  ministry: {share: {by: [{line: first_job, is: 40%}, {otherwise: yes, is: 100%}]}}
""",
    "OutcomePaymentPlan": """
outcome_payment_plan:
  true_up: upward_only
  settlements:
    interim: {from: 2025-07-01, every: 6 months}
    final: {from: 2028-01-01}
  planned: [{by: 2026-01-01, amount: EUR 100 000}, {by: 2028-01-01, amount: EUR 600 000}]
""",
    "Investment": """
investments:
  senior_loan: {investor: bank, committed: EUR 500 000, tranche: senior}
  first_loss: {investor: fund, committed: EUR 100 000, tranche: junior}
""",
    "Guarantee": """
guarantees:
  first_loss: {guarantor: foundation, covers: senior, at_most: EUR 150 000, called_from: 2028-01-01}
""",
    "RepaymentStep": """
investor_repayment:
  capital: {pays: principal, to: senior}
  interest: {pays: return, to: senior, annual: 4%}
  junior_capital: {pays: principal, to: junior}
  deferred_fee: {pays: amount, to: provider, amount: EUR 20 000}
  upside: {pays: rest, parts: [{to: investments, share: 70%}, {to: provider, share: 30%}]}
""",
    "ExitCase": """
exit_plan:
  referrals_stop:
    title: No new participants for six months
    what_happens: Lines are settled up to the last day; no bonus is paid.
    people: Whoever takes part is guided to the end of the planned period.
    notice: 3 months
""",
    "Termination": """
terminated: {event: referrals_stop, on: 2026-10-01}
""",
    "Disputes": """
disputes:
  within: 30 days
  decided_by: An expert whom both sides name.
  recalculation: A corrected figure leads to a new statement net of what was paid.
""",
    "Delivery": """
delivery:
  recruits_from: {organisation: municipality, title: Youth team, sites: {north: {title: North}, south: {title: South}}}
  roles:
    coordinator: {title: Youth worker, organisation: municipality, does: Puts young people on the list and informs them.}
    counsellor: {title: Coach, organisation: provider, does: Talks with candidates and guides them to a first job.}
    candidate: {title: Candidate, does: Decides whether to take part.}
  items:
    age: {title: Age, answer: number, unit: years}
    in_school: {title: Goes to school, answer: yes_or_no, from: [self, case_manager]}
    days_free: {title: Days a week that are free, answer: choice, choices: {none: {title: None}, some: {title: Some}, most: {title: Most}}}
  criteria:
    city:
      title: Criteria of the city
      applied_by: coordinator
      criteria:
        young: {title: Younger than 27, effect: requires, when: {item: age, from: 18, below: 27}}
        has_no_time:
          title: In school without a free day
          effect: excludes
          when: {all_of: [{item: in_school, is: yes}, {item: days_free, is: none}]}
  reasons:
    city:
      title: Reasons of the city
      kept_by: municipality
      reasons:
        not_interested: {title: Not interested, group: motivation_related}
        outside_criteria: {title: Outside the criteria, group: criteria_related}
  steps:
    listed: {title: On the list, kind: list, acts: coordinator, does: Young people without work are put on a list., criteria: city}
    informed:
      title: Informed
      kind: inform
      acts: coordinator
      does: A talk about the programme.
      deadline: 14 days
      exits: {city: [not_interested, outside_criteria]}
    started: {title: Started, kind: start, acts: counsellor, does: The first day of coaching has been., deadline: 14 days}
  order: [listed, informed, started]
  tracks:
    coaching:
      title: Coaching
      for_whom: Everybody who starts.
      phases: {coaching: {title: Coaching, weeks_at_least: 13, weeks_at_most: 26}}
  plan:
    uptake: 40%
    intake: [{from: 2025-01-01, until: 2026-01-01, starts: 60}]
""",
    "Analysis": """
amendments:
  older_candidates:
    from: 2026-01-01
    reason: Too few candidates below 27 are without work.
    expected_effect: Twenty more starts a year.
    review_on: 2026-07-01
    analysis: {on: 2025-12-01, assessed: 83, would_come_in: 12, would_stay_out: 0, not_known: 4, says: All twelve have worked before.}
    changes:
      - {term: delivery/criteria/city/criteria/young/when/below, was: 27, becomes: 30}
""",
    "Example": """
examples:
  two_jobs_of_one_person:
    why: A first job is paid once for each person.
    as_of: 2025-12-31
    claims:
      - {person: p1, metric: first_job, achieved_on: 2025-04-01}
      - {person: p1, metric: first_job, achieved_on: 2025-09-01}
    owes: EUR 2 600
    refuses: [claim_2]
""",
    "Amendment": """
amendments:
  price_raised:
    from: 2026-01-01
    reason: Referrals are harder to place than was thought.
    expected_effect: Sixty more first jobs at EUR 300 more each.
    review_on: 2026-07-01
    changes:
      - {term: outcome_pricings/first_job/price, was: EUR 2 600, becomes: EUR 2 900}
      - {term: limits/per_year, retired: yes}
      - {term: limits/per_year_2026, added: {at_most: EUR 300 000, per: year}}
""",
}
