using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using Drydock.Tests.Unit.Oms;
using ShownKind = Drydock.Cli.Runs.ShownKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>
/// What a verb writes is what the operator heeds, and what the verb waits for is what the operator then reports: each
/// change is given to the operator in memory.
/// </summary>
public sealed class ChangeTests
{
    [Fact]
    public void Approved_hold_continues_and_is_reported()
    {
        var world = CliRuns.Held();
        var change = Approval.Of(world.Run(), null, all: false);

        change.Sentence.ShouldBeWorded();
        change.Effect(world.Run()).ShouldBeNull("the operator has not seen it");
        var told = TakeUp(world, change);
        told.ShouldStartWith("Approved.");
        told.ShouldNotContain("To continue", Case.Sensitive, "the hold is over");
        world.RunToSuccess();
    }

    [Fact]
    public void Approval_keeps_approvals_that_were_given_before()
    {
        var world = CliRuns.Held();
        world.Annotate(Annotations.Approve, "Backup@0123abcd");

        Approval.Of(world.Run(), "StopOld", all: false).Annotations[Annotations.Approve]!
            .ShouldMatch(@"^Backup@0123abcd,StopOld@[0-9a-f]{8}\.1$");
    }

    [Fact]
    public void Approval_with_the_hash_of_a_plan_that_was_read_approves_only_that_plan()
    {
        var world = CliRuns.Held();
        var approval = world.Status.Holds.Single().Approval;
        var hash = approval[..approval.LastIndexOf('.')];

        Approval.Of(world.Run(), hash, all: false).Annotations[Annotations.Approve].ShouldBe(approval);
        Refusal(() => Approval.Of(world.Run(), "StopOld@0123abcd", all: false)).ShouldBeWorded();
        Refusal(() => Approval.Of(world.Run(), hash[..^1], all: false)).ShouldBeWorded(hash[..^1]);
    }

    [Fact]
    public void Approval_names_no_step_of_another_host_whose_name_begins_with_it()
    {
        var world = CliRuns.Held();
        var plan = Word.Prefix(world.Plan.Hash);
        var run = world.Run();
        var names = new[] { "PreparePackage/db.b", "PreparePackage/db" };
        run = run with
        {
            Status = run.Status! with
            {
                Holds = [.. names.Select(n => new HoldStatus { Name = n, Approval = $"{n}@{plan}.1" })],
            },
        };

        foreach (var name in names)
        {
            foreach (var text in new[] { name, $"{name}@{plan}", $"{name}@{plan}.1" })
            {
                Approval.Of(run, text, all: false).Annotations[Annotations.Approve].ShouldBe($"{name}@{plan}.1");
            }
        }

        Refusal(() => Approval.Of(run, "PreparePackage", all: false)).ShouldContain("does not wait at");
    }

    [Fact]
    public void Approval_of_what_does_not_wait_is_refused()
    {
        var world = CliRuns.Held();

        Refusal(() => Approval.Of(world.Run(), "EnableHA", all: false)).ShouldBeWorded();
        var running = CliRuns.Begin();
        Refusal(() => Approval.Of(running.Run(), null, all: false)).ShouldBeWorded();
    }

    [Fact]
    public void Approval_is_read_although_twenty_were_given_before()
    {
        var world = CliRuns.Held();
        world.Annotate(Annotations.Approve, string.Join(
            ',', Enumerable.Range(0, SchemaLimits.History).Select(i => $"Backup@0123abc{i:x}")));
        world.RunUntil(() => world.Status.Approvals.Count == SchemaLimits.History, "all are recorded");

        TakeUp(world, Approval.Of(world.Run(), "StopOld", all: false)).ShouldStartWith("Approved.");
    }

    [Fact]
    public void Approval_of_phase_stays_while_its_steps_have_not_begun()
    {
        var world = CliRuns.Held();
        var given = world.Status.Holds[0].Approval;
        var read = world.Run();
        var recorded = read.Status! with
        {
            Approvals = [new UsedApproval { Word = given }]
        };
        var done = recorded with
        {
            Plan = recorded.Plan!.With(recorded.Plan!.Steps.Select(
                s => s.Phase == "StopOld" ? s.With(r => r with { State = StepState.Running }) : s))
        };
        read = read with
        {
            Metadata = read.Metadata with
            {
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.Approve] = given }
            }
        };
        static HoldStatus[] Verify() => [new() { Name = "Verify", Approval = "Verify@0123abcd" }];

        Approval.Of(read with { Status = recorded with { Holds = [.. Verify()] } }, null, all: false)
            .Annotations[Annotations.Approve]
            .ShouldBe($"Verify@0123abcd,{given}");
        Approval.Of(read with { Status = done with { Holds = [.. Verify()] } }, null, all: false)
            .Annotations[Annotations.Approve]
            .ShouldBe("Verify@0123abcd");
    }

    [Fact]
    public void Approval_of_point_of_no_return_names_it_and_warns()
    {
        var world = CliRuns.Begin(s => s with { HoldBefore = ["PointOfNoReturn"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var step = world.Plan.Steps.First(s => s.PointOfNoReturn).Id;

        var sentence = Approval.Of(world.Run(), null, all: false).Sentence;

        sentence.ShouldBeWorded();
        sentence.ShouldContain(step);
    }

    [Fact]
    public void Approval_of_rollback_after_success_says_what_is_lost()
    {
        var world = CliRuns.Begin();
        world.RunToSuccess();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "the rollback waits");

        var sentence = Approval.Of(world.Run(), null, all: false).Sentence;

        sentence.ShouldBeWorded();
    }

    [Fact]
    public void Approval_says_that_definitions_were_not_tested()
    {
        foreach (var verify in new[] { SnapshotVerification.ReadBack, SnapshotVerification.Schema })
        {
            var world = CliRuns.Begin(
                s => s with { HoldBefore = ["StopOld"], Backup = s.Backup with { Verify = verify } });
            world.RunUntil(() => world.Is("Held"), "held");
            Approval.Of(world.Run(), null, all: false).Sentence
                .Contains("The backup is verified: ReadBack.", StringComparison.Ordinal)
                .ShouldBe(verify == SnapshotVerification.ReadBack);
        }
    }

    private static string Databases(OmsWorld world) =>
        string.Join(", ", world.Plan.Steps.Single(s => s.Id == "Backup/snapshot").As<TakeSnapshot>().Databases);

    [Fact]
    public void Retry_and_its_hold_name_the_databases_that_are_dropped()
    {
        var world = CliRuns.Begin(s => s with { HoldBefore = ["RestoreDatabases"] });
        world.RunUntil(() => world.Count("init") == 1, "init");
        world.New("oms-a")!.Stop();
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "lost");
        var dropped = $"This DROPS {Databases(world)} and restores them from ";

        var retry = TokenChange.Retry(world.Run()).Sentence;
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held");

        retry.ShouldContain(dropped);
        retry.ShouldBeWorded();
        Approval.Of(world.Run(), null, all: false).Sentence.ShouldContain(dropped);
        world.Status.RetryCost.ShouldBeNull();
    }

    [Fact]
    public void Confirmed_retry_gives_its_consent_and_waits_no_more()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Count("init") == 1, "init");
        world.New("oms-a")!.Stop();
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "lost");

        var change = TokenChange.Retry(world.Run());

        change.Annotations.ShouldHaveSingleItem()
            .ShouldBe(KeyValuePair.Create(Annotations.Retry, (string?)world.RestoreWord));
        world.Annotate(
            Annotations.ApprovedBy, ApprovalClaims.Change(world.Upgrade.Metadata, change.Annotations, "li.wei")!);
        TakeUp(world, change).ShouldBeWorded();
        world.RunUntil(() => world.IsOver || world.Is("Held"), "success or a hold");
        world.Is("Held").ShouldBeFalse(world.Status.Message);
        world.Status.Approvals.Select(a => a.Parsed!.What).ShouldContain("RestoreDatabases");
        world.Status.Approvals.ShouldAllBe(a => a.By == "li.wei" && a.From == AcceptedBy.Annotation && a.At != null);
    }

    [Fact]
    public void Retry_that_the_operator_ignores_is_told_with_the_cause()
    {
        var world = RollbackTests.Failed();
        var change = TokenChange.Retry(world.Run());
        var word = change.Annotations[Annotations.Retry];

        var seen = world.Run() with
        {
            Status = world.Status with
            {
                UsedTokens = [new UsedToken { Kind = TokenKind.Retry, Token = word!, Message = "It was used before." }]
            }
        };

        change.Effect(seen).ShouldBe(new TakenUp("The operator ignored it. It was used before.", IsRefused: true));
    }

    [Fact]
    public void Retry_of_an_aborted_run_that_lost_a_command_says_that_it_waits()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Count("init") == 1, "init");
        world.New("oms-a")!.Stop();
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "lost");
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Stalled") == "Aborted", "aborted");

        TakeUp(world, TokenChange.Retry(world.Run())).ShouldBeWorded();

        world.RunUntil(() => world.Is("Held"), "held");
        world.Count("restore").ShouldBe(0);
    }

    [Fact]
    public void Approval_before_the_downtime_says_that_OMS_goes_down()
    {
        var world = CliRuns.Begin(s => s with { HoldBefore = ["DisableHA"] });
        world.RunUntil(() => world.Is("Held"), "held");

        Approval.Of(world.Run(), null, all: false).Sentence.ShouldBeWorded();
        world.EditSpec(s => s with { HoldBefore = ["DisableHA", "StopOld"] });
        Refusal(() => Approval.Of(world.Run(), null, all: false)).ShouldBeWorded();
        world.RunFor(TimeSpan.FromSeconds(1));
        Approval.Of(world.Run(), null, all: false).Sentence.ShouldNotContain("goes down");
    }

    [Fact]
    public void Pause_during_a_step_is_reported_before_it_ends()
    {
        var world = CliRuns.Begin(setup: new WorldSetup { RealJson = false, DumpTakes = TimeSpan.FromMinutes(40) });
        world.RunUntil(() => world.Status.Active.Exists(r => r.Id == "Backup/snapshot"), "the dump");
        var change = RunControl.Pause(world.Run());
        world.Write(change.Annotations);
        world.RunFor(TimeSpan.FromMinutes(1));

        change.Effect(world.Run())
            .ShouldBe(new TakenUp("Set. Backup/snapshot finishes first. No further step starts until you resume."));
    }

    [Fact]
    public void Pause_of_failed_run_is_reported_at_once()
    {
        var world = RollbackTests.Failed();

        RunControl.Pause(world.Run()).Effect(world.Run())
            .ShouldBe(new TakenUp("Set. No further step starts until you resume."));
    }

    [Fact]
    public void Planned_run_can_be_held_and_paused()
    {
        var world = CliRuns.Begin(s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.Is("Held"), "planned");

        TakeUp(world, RunControl.Hold(world.Run(), ["StopOld"])).ShouldStartWith("Set.");
        TakeUp(world, RunControl.Pause(world.Run())).ShouldStartWith("Set.");
    }

    [Fact]
    public void Paused_run_reports_the_pause_and_resumes()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Status.Phase == "Backup", "the backup");

        TakeUp(world, RunControl.Pause(world.Run()));
        world.RunUntil(() => world.ReasonOf("Ready") == Reasons.Paused, "paused");
        Refusal(() => RunControl.Pause(world.Run())).ShouldContain("paused already");
        TakeUp(world, RunControl.Resume(world.Run())).ShouldStartWith("Resumed.");
        Refusal(() => RunControl.Resume(world.Run())).ShouldBeWorded();
        world.RunToSuccess();
        Refusal(() => RunControl.Pause(world.Run())).ShouldBeWorded();
    }

    [Fact]
    public void Pause_of_the_spec_is_not_ended_by_the_command()
    {
        var world = CliRuns.Begin(s => s with { Paused = true });
        world.RunUntil(() => world.ReasonOf("Ready") == Reasons.Paused, "paused");

        Refusal(() => RunControl.Resume(world.Run())).ShouldBeWorded();
    }

    [Fact]
    public void Hold_stops_the_run_where_it_says_and_is_removed_again()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Status.Plan is not null, "the plan");

        TakeUp(world, RunControl.Hold(world.Run(), ["Backup", "Verify"])).ShouldBeWorded();
        world.RunUntil(() => world.Is("Held"), "held before the backup");
        TakeUp(world, RunControl.Release(world.Run(), ["Backup"])).ShouldBe("Removed.");
        world.RunUntil(() => world.Is("Held") && world.Status.Phase != "Backup", "held before the verification");
        TakeUp(world, Approval.Of(world.Run(), "Verify", all: false)).ShouldStartWith("Approved.");
        world.RunToSuccess();
    }

    [Fact]
    public void Hold_of_what_the_plan_has_not_or_has_begun_is_refused()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the backup");

        Refusal(() => RunControl.Hold(world.Run(), ["Bakup"])).ShouldBeWorded();
        Refusal(() => RunControl.Hold(world.Run(), ["StopOld"])).ShouldBeWorded();
        Refusal(() => RunControl.Release(world.Run(), ["StopOld"])).ShouldBeWorded();
    }

    [Fact]
    public void Retry_continues_a_failed_run_and_is_refused_for_others()
    {
        var world = RollbackTests.Failed();
        var change = TokenChange.Retry(world.Run());

        change.Sentence.ShouldBeWorded();
        TakeUp(world, change).ShouldStartWith("Continued.");
        Refusal(() => TokenChange.Retry(CliRuns.Held().Run())).ShouldBeWorded();
    }

    [Fact]
    public void Retry_of_preflight_is_reported_while_its_findings_remain()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world["oms-b"].FreeBytes = 10;
        world.Apply();
        world.RunToStall();

        TakeUp(world, TokenChange.Retry(world.Run())).ShouldBeWorded();
    }

    [Fact]
    public void Retry_after_rollback_by_spec_is_refused_with_the_command()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the backup");
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();

        Refusal(() => TokenChange.Retry(world.Run())).ShouldContain(
            """`kubectl -n migration patch omsu up --type merge -p '{"spec":{"desiredState":"Upgraded"}}'`, then """
            + "`kubectl drydock retry up -n migration`.");
        OfferedVerbs.Of(world.Run()).Select(o => o.Verb).ShouldNotContain("retry");
    }

    [Fact]
    public void Retry_that_would_change_nothing_is_refused_with_next_action()
    {
        var world = CliRuns.Begin(s => s with { NotAfter = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        world.RunToStall();

        Refusal(() => TokenChange.Retry(world.Run())).ShouldBeWorded();
    }

    [Fact]
    public void Failed_run_can_be_aborted_once()
    {
        var world = RollbackTests.Failed();

        TakeUp(world, TokenChange.Abort(world.Run())).ShouldStartWith("Aborted.");
        Refusal(() => TokenChange.Abort(world.Run())).ShouldBeWorded();
    }

    [Fact]
    public void Aborted_run_says_whether_the_downtime_continues()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the backup");
        var change = TokenChange.Abort(world.Run());

        change.Sentence.ShouldBeWorded();
        TakeUp(world, change).ShouldStartWith("Aborted.");
        world.RunUntil(() => world.Is("Stalled"), "stalled");
        TakeUp(world, TokenChange.Retry(world.Run())).ShouldStartWith("Continued.");
        world.RunToSuccess();
    }

    [Fact]
    public void Rollback_says_its_cost_and_is_cancelled_before_it_begins()
    {
        var world = CliRuns.Begin();
        world.RunToSuccess();
        var change = TokenChange.Rollback(world.Run());

        change.Sentence.ShouldContain(world.Status.Rollback!.Cost!);
        TakeUp(world, change).ShouldStartWith("Taken up.");
        world.RunUntil(() => world.Is("Held"), "the rollback waits");
        Refusal(() => TokenChange.Rollback(world.Run())).ShouldContain("requested already");
        TakeUp(world, TokenChange.CancelRollback(world.Run())).ShouldStartWith("Cancelled.");
        Refusal(() => TokenChange.CancelRollback(world.Run())).ShouldContain("No rollback");
    }

    [Fact]
    public void Rollback_that_has_ended_cannot_be_cancelled_or_repeated()
    {
        var world = CliRuns.Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the backup");
        TakeUp(world, TokenChange.Rollback(world.Run())).ShouldStartWith("Taken up. ");
        world.RunToRolledBack();

        Refusal(() => TokenChange.CancelRollback(world.Run())).ShouldBeWorded();
        OfferedVerbs.Of(world.Run()).Select(o => o.Verb).ShouldBe(["retry"]);
    }

    [Fact]
    public void Acceptance_keeps_those_that_were_not_read_yet()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, Init = (_, _) => (0, "done") }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Annotate(Annotations.Approve, "Verify/a@0123abcd");

        var change = Approval.Of(world.Run(), null, all: false);

        change.Annotations[Annotations.Approve]!.ShouldMatch(
            @"^Verify/a@0123abcd,InitMetadata/oms-a@[0-9a-f]{8}\.1\.1$");
        TakeUp(world, change).ShouldStartWith("Approved.");
    }

    [Fact]
    public void Unknown_outcome_is_not_accepted()
    {
        var world = RollbackTests.Failed();
        var run = world.Run();
        var unknown = run.Status!.Plan!.With(run.Status.Plan!.Steps.Select(
            s => s.Id == "Verify/hosts" ? s.With(r => r with { State = StepState.Unknown, Acceptable = true }) : s));
        run = run with { Status = run.Status with { Plan = unknown } };

        Refusal(() => Approval.Of(run, "Verify/hosts", all: false)).ShouldBeWorded();
        OfferedVerbs.Of(run).Select(o => o.Verb).ShouldNotContain("approve");
    }

    [Fact]
    public void Violated_guard_is_shown_and_approved_as_next_action_says()
    {
        const string Guard = "MetadataServerStays";
        var world = CliRuns.Held();
        world.Metadata.Identity = "uuid:other";
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "stopped");
        var word = world.AcceptWord(Guard);
        world.Status.NextAction.ShouldNotBeNull().ShouldContain($"drydock.dev/approve={word} ");
        var shown = world.Status.Active.ShouldHaveSingleItem();
        (shown.Id, shown.State, shown.Accept).ShouldBe((Guard, StepState.Failed, word));
        OfferedVerbs.Of(world.Run()).Single(o => o.Verb == "approve").Argument.ShouldBe(Guard);

        foreach (var what in new[] { null, word, word[..word.IndexOf('.', StringComparison.Ordinal)] })
        {
            Approval.Of(world.Run(), what, all: false).Annotations[Annotations.Approve].ShouldBe(word);
        }

        var change = Approval.Of(world.Run(), Guard, all: false);
        change.Sentence.ShouldBeWorded();
        TakeUp(world, change).ShouldStartWith("Approved.");
        world.RunUntil(() => world.Is("Held"), "held again");
        world.Status.Active.ShouldBeEmpty();
        Refusal(() => Approval.Of(world.Run(), Guard, all: false)).ShouldBeWorded();
    }

    [Fact]
    public void Violation_that_cannot_be_approved_is_not_offered()
    {
        var world = CliRuns.Begin(s => s with { HoldBefore = ["InitMetadata"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Metadata.NewestId -= 5;
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "stopped");

        OfferedVerbs.Of(world.Run()).Select(o => o.Verb).ShouldNotContain("approve");
        world.Status.NextAction.ShouldNotBeNull().ShouldNotContain(Annotations.Approve);
        Refusal(() => Approval.Of(world.Run(), "MetadataServerStays", all: false)).ShouldBeWorded();
    }

    [Theory]
    [InlineData("99.0.0")]
    [InlineData("0.0.1")]
    public void Plan_that_cannot_be_read_is_not_changed_and_says_how_to_go_on(string writer)
    {
        var world = CliRuns.Held();
        var unread = world.Unread(writer);
        var seen = ShownKind.Read(world.Upgrade with { Status = unread })!;
        world.PutBack(unread);
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.StatusUnreadable, "the operator cannot read it");

        foreach (var run in new[] { seen, world.Run() })
        {
            var changes = new Func<Run, Change>[]
            {
                TokenChange.Retry, TokenChange.Abort, TokenChange.Rollback, TokenChange.CancelRollback,
                r => Approval.Of(r, null, all: false), r => Approval.Of(r, Reasons.RemoveOldContainers, all: false),
                r => RunControl.Hold(r, ["StopOld"]),
            };
            changes.Select(change => Refusal(() => change(run))).Distinct().ShouldHaveSingleItem().ShouldBeWorded();
            OfferedVerbs.Of(run).Select(o => o.Verb).ShouldBe(["pause"]);
        }
    }

    [Fact]
    public void Acceptance_is_offered_only_for_checks()
    {
        var world = RollbackTests.Failed();
        var failed = world.Status.Plan!.Steps.First(s => s.State == StepState.Failed);

        Refusal(() => Approval.Of(world.Run(), failed.Id, all: false)).ShouldBeWorded();
        Refusal(() => Approval.Of(world.Run(), "Verify/hosts", all: false)).ShouldBeWorded();
    }

    // Writes the change as the verb does, and lets the operator run until the verb would report it.
    private static string TakeUp(OmsWorld world, Change change)
    {
        world.Write(change.Annotations);
        world.RunUntil(() => change.Effect(world.Run()) is not null, change.Sentence);
        var effect = change.Effect(world.Run())!;
        effect.IsRefused.ShouldBeFalse(effect.Sentence);
        return effect.Sentence;
    }

    private static string Refusal(Action act)
    {
        var refused = Should.Throw<CliException>(act);
        refused.ExitCode.ShouldBe(ExitCodes.Refused);
        return refused.Message;
    }
}
