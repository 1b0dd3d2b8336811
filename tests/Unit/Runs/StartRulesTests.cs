namespace Drydock.Tests.Unit.Runs;

/// <summary>Whether a step may be started, row by row.</summary>
public sealed class StartRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 22, 0, 0, TimeSpan.Zero);

    private static readonly StepRecord Done = new() { State = StepState.Succeeded, Attempt = 1, FinishedAt = Now };
    private static readonly StepRecord Reserved = new() { State = StepState.Running, Attempt = 1, StartedAt = Now };
    private static readonly StepRecord Unreadable = new() { State = StepState.Unknown };

    [Fact]
    public void Nothing_is_started_beside_a_step_whose_outcome_is_unknown()
    {
        MayBegin(StepRecord.None, beside: StepRecord.None).ShouldBeTrue();
        MayBegin(StepRecord.None, beside: Unreadable).ShouldBeFalse();
        MayBegin(Reserved, beside: Done).ShouldBeTrue();
        MayBegin(Reserved, beside: Unreadable).ShouldBeFalse();
    }

    [Fact]
    public void Step_that_is_readable_again_is_started_only_if_it_is_the_only_unknown_one()
    {
        MayBegin(Unreadable, beside: Done).ShouldBeTrue();
        MayBegin(Unreadable, beside: Unreadable).ShouldBeFalse();
    }

    [Fact]
    public void Step_that_could_not_be_read_before_its_start_waits_for_its_hold()
    {
        var held = Controls with { HoldBefore = new HashSet<string> { "A" } };

        MayBegin(Unreadable, Done, held).ShouldBeFalse();
        MayBegin(Unreadable with { Attempt = 1, StartedAt = Now }, Done, held).ShouldBeTrue();
    }

    // It would be made and removed again and again while the run waits.
    [Fact]
    public void Change_that_was_removed_is_made_again_only_for_a_step_that_may_follow()
    {
        var removed = new StepRecord { Attempt = 1, CleanedUpAt = Now };
        PlannedStep[] steps = [Planned("A/1"), Planned("B/1") with { After = ["A/1"] }];
        var held = Controls with { HoldBefore = new HashSet<string> { "B" } };

        MayBegin(steps, [removed, StepRecord.None], Controls).ShouldBeTrue();
        MayBegin(steps, [removed, StepRecord.None], held).ShouldBeFalse();
        MayBegin(steps, [StepRecord.None, StepRecord.None], held).ShouldBeTrue();
    }

    [Fact]
    public void Phase_waits_for_the_window_unless_only_units_wait()
    {
        var closed = Closed();

        MayBegin(StepRecord.None, Done, closed).ShouldBeFalse();
        MayBegin(StepRecord.None, Done, closed with { OnlyUnitsWait = true }).ShouldBeTrue();
        MayBegin([Planned("A/1") with { AsksWindow = true }], [StepRecord.None], closed with { OnlyUnitsWait = true })
            .ShouldBeFalse();
    }

    [Fact]
    public void Unit_that_was_begun_does_not_wait_for_the_next_window()
    {
        PlannedStep[] unit = [Planned("A/1") with { AsksWindow = true }];

        MayBegin(unit, [StepRecord.None], Closed()).ShouldBeFalse();
        MayBegin(unit, [new StepRecord { Attempt = 1, Tries = 1 }], Closed()).ShouldBeTrue();
        MayBegin(unit, [new StepRecord { Attempt = 1, CleanedUpAt = Now }], Closed()).ShouldBeFalse();
    }

    private static RunControls Controls { get; } = new() { TimeoutOf = static _ => TimeSpan.FromMinutes(10) };

    private static RunControls Closed() => Controls with { PhaseOpensAt = static _ => Now.AddHours(1) };

    private static PlannedStep Planned(string id) =>
        new() { Id = id, Phase = id.Split('/')[0], Title = id, Action = "plain" };

    private static bool MayBegin(StepRecord record, StepRecord beside, RunControls? controls = null) =>
        MayBegin([Planned("A/1"), Planned("B/1")], [record, beside], controls ?? Controls);

    // Whether the first of the steps may be started.
    private static bool MayBegin(PlannedStep[] steps, StepRecord[] records, RunControls controls)
    {
        var all = steps.Zip(records, static (s, r) => new Step(s, r)).ToDictionary(s => s.Id, StringComparer.Ordinal);
        return new StartRules(null, all, controls, isBroken: false, Now, static _ => false).MayBegin(all[steps[0].Id]);
    }
}
