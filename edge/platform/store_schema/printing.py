"""Tables of printing: what is asked for, what has become of it, and how the printers are."""

# `print_jobs`, written by web: a document as data, never as a picture; `about` is the order it is for, `repeats` the job that is
# printed once more. `print_results`, written by noren-print: a job without a row waits. `printers`, written by noren-print.
PRINTING = """
create table print_jobs (
  seq integer primary key autoincrement,
  key text not null unique, printer text not null, document text not null, about text not null,
  staff text, station text not null, repeats integer, time text not null
) strict;
create index print_jobs_about on print_jobs (about);
create table print_results (
  job integer primary key references print_jobs (seq) on delete cascade,
  state text not null, reason text not null, time text not null
) strict;
create table printers (
  printer text primary key, kind text not null, state text not null, reason text not null, since text not null
) strict;
"""
