using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>What is recorded of guards that do not hold, and what they outrank in the outcome.</summary>
public sealed class ViolationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 22, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, AcceptedBy> Accepted =
        new(StringComparer.Ordinal) { ["G"] = AcceptedBy.Annotation };

    [Fact]
    public void Reading_opens_and_closes_violations()
    {
        var one = Read(GuardRecord.None, Broken("1"), Start);
        one.Open!.Key.ShouldBe("1");

        Read(one, GuardReading.Unreadable("no answer"), Start.AddMinutes(1)).ShouldBe(one, "it may still be so");
        Read(one, Broken("1"), Start.AddMinutes(1)).Violations.ShouldHaveSingleItem().To.ShouldBeNull();

        var two = Read(one, Broken("2"), Start.AddMinutes(1));
        two.Violations.Select(v => (v.Key, v.To)).ShouldBe([("1", Start.AddMinutes(1)), ("2", null)]);
        (one.Failures, two.Failures).ShouldBe((1, 2), "a word that accepted the first is none for the second");

        Read(two, null, Start.AddMinutes(2)).Open.ShouldBeNull();
        GuardRecords.Settled([With(two)], "G", Start.AddMinutes(2)).Single().Record.Open.ShouldBeNull();
    }

    [Fact]
    public void Acceptance_covers_the_one_violation_that_was_seen()
    {
        var one = With(Read(GuardRecord.None, Broken("1"), Start));
        var two = With(Read(one.Record, Broken("2"), Start));

        GuardRecords.Accept([two], stored: [one], Accepted, Start).Single().Record.Open.ShouldNotBeNull();

        var accepted = GuardRecords.Accept([one], stored: [one], Accepted, Start).Single().Record;
        accepted.Open.ShouldBeNull();
        GuardRecords.IsAccepted(accepted, Broken("1")).ShouldBeTrue();
        GuardRecords.IsAccepted(accepted, Broken("2")).ShouldBeFalse();
        GuardRecords.IsAccepted(accepted, GuardReading.Broken("without a key")).ShouldBeFalse();
    }

    [Fact]
    public void Acceptance_lets_the_run_continue_at_once()
    {
        var run = GuardTests.Long();
        run.World.Guard("G").Reading = Broken("1");
        run.World["A/1"].Finish();
        run.RunTo(RunState.TargetChanged);
        run.Want(c => c with { Accepted = Accepted });
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Successor_starts_nothing_before_it_has_read_what_was_violated()
    {
        var run = GuardTests.Long();
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.World["A/1"].Finish();
        run.RunTo(RunState.TargetChanged);
        run.World.Guard("G").OnRead = static () => new TaskCompletionSource().Task;
        var looks = run.World["A/2"].Looks;
        run.Kill();
        run.Settle();

        run.Process.Last!.State.ShouldBe(RunState.TargetChanged);
        run.World["A/2"].Looks.ShouldBe(looks);
    }

    [Fact]
    public void Change_that_sent_no_event_is_found_while_the_run_is_held()
    {
        var run = new Simulation(
            ToyPlans.Plan([ToyPlans.Step("A/1"), ToyPlans.Step("B/1", "plain", 3, "A/1")], ToyPlans.Guard("G")));
        run.Want(c => c with { HoldBefore = new HashSet<string>(StringComparer.Ordinal) { "B" } });
        run.RunTo(RunState.Held);
        run.Pass(TimeSpan.FromMinutes(30));
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.Pass(TimeSpan.FromMinutes(11));

        run.Outcome.State.ShouldBe(RunState.TargetChanged);
    }

    [Fact]
    public void Change_from_outside_is_named_before_the_step_that_cannot_be_read()
    {
        var run = Unknown(static item => item.UnreadableLooks = int.MaxValue);
        Break(run, GuardReading.Broken("changed"));

        run.Outcome.State.ShouldBe(RunState.TargetChanged);
    }

    [Fact]
    public void Outcome_that_is_lost_is_named_before_a_change_from_outside()
    {
        var run = Unknown(static item => item.IsOutcomeUnknown = true);
        Break(run, GuardReading.Broken("changed"));

        (run.Outcome.State, run.Outcome.StepId).ShouldBe((RunState.OutcomeUnknown, "A/1"));
    }

    [Fact]
    public void Plan_that_is_older_than_its_targets_is_named_before_a_step_that_failed()
    {
        var run = GuardTests.Long();
        run.World["A/1"].Finish(well: false);
        run.RunTo(RunState.Failed);
        Break(run, GuardReading.Broken("status is from yesterday") with { Reason = EngineReasons.StatusOutdated });

        (run.Outcome.State, run.Outcome.Reason).ShouldBe((RunState.TargetChanged, EngineReasons.StatusOutdated));
    }

    private static Simulation Unknown(Action<ToyItem> lose)
    {
        var run = GuardTests.Long();
        run.Kill();
        lose(run.World["A/1"]);
        run.RunTo(RunState.OutcomeUnknown);
        return run;
    }

    private static void Break(Simulation run, GuardReading reading)
    {
        run.World.Guard("G").Reading = reading;
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        run.Pass(TimeSpan.FromSeconds(5));
    }

    private static GuardReading Broken(string key) =>
        GuardReading.Broken($"changed {key}") with { Key = key };

    private static Guard With(GuardRecord record) => new(new PlannedGuard { Id = "G", Check = "toy" }, record);

    private static GuardRecord Read(GuardRecord before, GuardReading? reading, DateTimeOffset now) =>
        GuardRecords.Read(
            [With(before)], reading is null ? [] : [reading with { GuardId = "G" }], now).Single().Record;
}
