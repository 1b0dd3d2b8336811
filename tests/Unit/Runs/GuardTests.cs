using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

public sealed class GuardTests
{
    [Fact]
    public void Broken_guard_starts_nothing_until_it_holds_again()
    {
        var run = Long();
        run.World.Guard("G").Reading = GuardReading.Broken("oms-a was started by somebody");
        run.World["A/1"].Finish();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.TargetChanged);
        run.Outcome.Reason.ShouldBe(EngineReasons.TargetChanged);
        run.Outcome.Message.ShouldBeWorded();
        run.Store["A/1"].State.ShouldBe(StepState.Succeeded);
        run.Pass(TimeSpan.FromHours(2));
        run.World["A/2"].Acts.ShouldBe(0);

        run.World.Guard("G").Reading = GuardReading.Holds;
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Guard_broken_during_a_step_is_seen_at_the_event()
    {
        var run = Long();
        run.Pass(TimeSpan.FromSeconds(2));
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.TargetChanged);
        run.Store["A/1"].State.ShouldBe(StepState.Running, "what runs is left alone");

        run.World["A/1"].Finish();
        run.Settle();
        run.Store["A/1"].State.ShouldBe(StepState.Succeeded);
        run.Outcome.State.ShouldBe(RunState.TargetChanged);
    }

    // What a step has done since is no breach: the reading was made for the plan from before.
    [Fact]
    public void Guard_read_for_the_plan_before_a_step_began_is_read_again()
    {
        var late = 0;
        for (var seed = 1; seed <= 100; seed++)
        {
            var run = new Simulation(
                ToyPlans.Plan([ToyPlans.Step("A/1"), ToyPlans.Step("B/1")], ToyPlans.Guard("G")), seed);
            string[] steps = ["A/1", "B/1"];
            foreach (var id in steps)
            {
                run.World[id].Hangs = true;
            }

            run.Slowness = TimeSpan.FromSeconds(2);
            run.World.Guard("G").Judge = plan =>
            {
                var unseen = steps.Where(id => run.World[id].Acts > 0 && !plan.Step(id)!.HasBegun).ToList();
                late += unseen.Count;
                return unseen.Count == 0 ? GuardReading.Holds : GuardReading.Broken($"{unseen[0]} was done by others");
            };
            run.Pass(TimeSpan.FromSeconds(10));

            steps.Select(id => run.World[id].Acts).ShouldBe([1, 1]);
            run.Outcome.State.ShouldBe(RunState.Working, $"seed {seed}: {run.Outcome.Message}");
            run.Store.Plan.Guards.Single().Record.Violations.ShouldBeEmpty($"seed {seed}");
        }

        late.ShouldBeGreaterThan(5);
    }

    // A reading that was under way may be older than the change.
    [Fact]
    public void Guards_are_read_between_look_and_receipt()
    {
        var kept = 0;
        for (var seed = 1; seed <= 50; seed++)
        {
            var run = new Simulation(ToyPlans.Plan([ToyPlans.Once("A/1")], ToyPlans.Guard("G")), seed);
            run.RunUntil(() => run.World["A/1"].Looks == 1, "it was looked at");
            run.World.Guard("G").Reading = GuardReading.Broken("changed");
            run.Settle();

            kept += run.World["A/1"].Prepared == 0 ? 1 : 0;
            run.World["A/1"].Acts.ShouldBe(0);
            run.Outcome.State.ShouldBe(RunState.TargetChanged);
        }

        kept.ShouldBeGreaterThan(25);
    }

    [Fact]
    public void Guards_are_read_between_receipt_and_act()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var run = new Simulation(ToyPlans.Plan([ToyPlans.Once("A/1")], ToyPlans.Guard("G")), seed);
            run.RunUntil(() => run.Store["A/1"].State == StepState.Running, "the receipt is written");
            run.World["A/1"].Acts.ShouldBe(0);
            run.World.Guard("G").Reading = GuardReading.Broken("changed");
            run.Settle();

            run.World["A/1"].Acts.ShouldBe(0);
            run.Outcome.State.ShouldBe(RunState.TargetChanged);

            run.World.Guard("G").Reading = GuardReading.Holds;
            run.RunTo(RunState.Succeeded);
            run.World["A/1"].Executions.ShouldBe(1);
        }
    }

    // What others do right before a command is not taken for what the command does.
    [Fact]
    public void Command_that_is_reserved_has_not_begun_for_its_guards()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var run = new Simulation(ToyPlans.Plan([ToyPlans.Once("A/1")], ToyPlans.Guard("G")), seed);
            run.RunUntil(() => run.Store["A/1"].State == StepState.Running, "the receipt is written");
            run.World.Guard("G").Judge = plan => plan.Step("A/1")!.HasBegun
                ? GuardReading.Holds
                : GuardReading.Broken("the databases were initialised by others");
            run.Settle();

            run.World["A/1"].Acts.ShouldBe(0);
        }
    }

    // Its late result would count for the repetition.
    [Fact]
    public void Step_under_way_is_repeated_only_after_its_end()
    {
        var run = new Simulation(ToyPlans.Plan(
            [ToyPlans.Step("A/1"), ToyPlans.Step("B/1", "restart"), ToyPlans.Step("C/1", "plain", 3, "A/1", "B/1")],
            ToyPlans.Guard("G")));
        var item = run.World["B/1"];
        item.Hangs = true;
        run.Pass(TimeSpan.FromSeconds(5));
        run.World.Guard("G").Judge = plan => plan.Step("B/1") is { HasBegun: true, Attempt: 1 }
            ? GuardReading.Broken("what B/1 made was removed") with { Repeats = ["B/1"] }
            : GuardReading.Holds;
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        run.Pass(TimeSpan.FromMinutes(1));
        (run.Store["B/1"].State, run.Store["B/1"].Attempt, item.Executions).ShouldBe((StepState.Running, 1, 1));

        item.Finish();
        run.RunTo(RunState.Succeeded);
        (run.Store["B/1"].Attempt, item.Executions, run.World["C/1"].Executions).ShouldBe((2, 2, 1));
    }

    [Fact]
    public void Reading_for_another_plan_breaks_no_guard_that_is_not_in_force()
    {
        var run = Long();
        var guard = run.World.Guard("G");
        var answer = new TaskCompletionSource();
        (guard.Reading, guard.OnRead) = (GuardReading.Broken("changed"), () => answer.Task);
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        run.Pass(TimeSpan.FromSeconds(5));
        run.Store.Edit(_ => ToyPlans.Plan([ToyPlans.Step("Undo/1")], ToyPlans.Guard("G", ["Undo/1"], "Undo/1")));
        run.Process.Wake();
        run.Settle();
        answer.SetResult();
        run.Pass(TimeSpan.FromMinutes(1));

        run.Outcome.State.ShouldBe(RunState.Succeeded);
        run.Store.Plan.Guards.Single().Record.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Defect_while_guards_are_read_counts_as_guards_that_cannot_be_read()
    {
        var run = Long();
        run.RedactionFails = true;
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        run.Pass(TimeSpan.FromMinutes(10));
        run.Outcome.State.ShouldBe(RunState.OutcomeUnknown);
        run.Outcome.Message.ShouldBeWorded();

        run.RedactionFails = false;
        run.World["A/1"].Finish();
        run.RunTo(RunState.Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Unreadable_guard_starts_nothing_and_stalls_only_if_it_persists(bool throws)
    {
        var run = Long();
        if (throws)
        {
            run.World.Guard("G").Throws = new IOException("no route to host");
        }
        else
        {
            run.World.Guard("G").Reading = GuardReading.Unreadable("no route to host");
        }

        run.World["A/1"].Finish();
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working, "it is looked at again first");
        run.Pass(TimeSpan.FromHours(1));

        run.Outcome.State.ShouldBe(RunState.OutcomeUnknown);
        run.Outcome.Reason.ShouldBe(EngineReasons.OutcomeUnknown);
        run.Outcome.Message.ShouldBeWorded();
        run.World["A/2"].Acts.ShouldBe(0);

        (run.World.Guard("G").Throws, run.World.Guard("G").Reading) = (null, GuardReading.Holds);
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Unknown_guard_counts_as_unreadable()
    {
        var plan = ToyPlans.Plan([ToyPlans.Step("A/1")], ToyPlans.Guard("G") with { Check = "of the next release" });
        var run = new Simulation(plan);
        run.RunTo(RunState.OutcomeUnknown);

        run.World["A/1"].Acts.ShouldBe(0);
        run.Outcome.Reason.ShouldBe(EngineReasons.OutcomeUnknown);
        run.Outcome.Message.ShouldBeWorded();
    }

    [Fact]
    public void Guard_is_in_force_between_its_first_and_last_step()
    {
        var run = new Simulation(ToyPlans.Plan(
            [ToyPlans.Step("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1"), ToyPlans.Step("A/3", "plain", 3, "A/2")],
            ToyPlans.Guard("G", ["A/1"], "A/3")));
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.RunTo(RunState.TargetChanged);
        run.World["A/1"].Executions.ShouldBe(1, "it was not in force before");
        run.World["A/2"].Acts.ShouldBe(0);

        run.World.Guard("G").Reading = GuardReading.Holds;
        run.RunUntil(() => run.World["A/2"].Executions == 1, "A/2 is done");
        run.World.Guard("G").Reading = GuardReading.Broken("changed by A/3 itself");
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Reading_that_comes_after_the_end_of_its_guard_does_not_count()
    {
        var run = new Simulation(ToyPlans.Plan([ToyPlans.Step("A/1")], ToyPlans.Guard("G", [], "A/1")));
        var guard = run.World.Guard("G");
        var acted = new TaskCompletionSource();
        guard.Reading = GuardReading.Broken("changed by A/1 itself");
        guard.OnRead = () => acted.Task;
        run.RunUntil(() => run.World["A/1"].Acts == 1, "A/1 has acted");
        acted.SetResult();
        run.RunTo(RunState.Succeeded);

        guard.Reads.ShouldBe(1);
        run.Store.Plan.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
    }

    [Theory]
    [InlineData("plain", 3)]
    [InlineData("plain", 1)]
    [InlineData("restart", 1)]
    public void Guard_stays_over_while_its_last_step_waits_for_another_attempt(string action, int attempts)
    {
        var run = new Simulation(
            ToyPlans.Plan([ToyPlans.Step("A/1", action, attempts)], ToyPlans.Guard("G", [], "A/1")));
        run.World["A/1"].RefusedActs = 1;
        run.RunUntil(
            () => run.Store["A/1"] is { Attempt: 1, State: StepState.Failed or StepState.Pending },
            "the first attempt failed");
        run.World.Guard("G").Reading = GuardReading.Broken("changed by A/1 itself");
        run.Want(c => c with { Retry = attempts == 1 });
        run.Kill();
        run.RunTo(RunState.Succeeded);

        run.Store.Plan.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
    }

    [Fact]
    public void Guard_stays_over_when_its_last_step_that_waited_is_retried()
    {
        var run = new Simulation(ToyPlans.Plan([ToyPlans.Step("A/1", "check")], ToyPlans.Guard("G", [], "A/1")));
        run.RunTo(RunState.Failed);
        run.World.Guard("G").Reading = GuardReading.Broken("changed as A/1 asked for");
        run.Want(c => c with { Retry = true });
        run.Pass(TimeSpan.FromMinutes(1));
        run.Outcome.State.ShouldBe(RunState.Working);
        run.Store.Plan.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
    }

    [Fact]
    public void Guard_is_in_force_until_its_last_step_begins_or_is_repeated()
    {
        var plan = ToyPlans.Plan([ToyPlans.Step("A/1")], ToyPlans.Guard("G", [], "A/1"));
        var done = new StepRecord { State = StepState.Succeeded, Attempt = 1, Tries = 1 };

        GuardRecords.InForce(plan).ShouldHaveSingleItem();
        InForce(new StepRecord { Tries = 1 }).ShouldHaveSingleItem("only its preparation failed");
        InForce(done).ShouldBeEmpty();
        InForce(done.Repeated("again")).ShouldHaveSingleItem();
        var retried = StepTransitions.Reset(done with { State = StepState.Failed });
        InForce(retried).ShouldBeEmpty();
        InForce(StepTransitions.Reset(retried)).ShouldBeEmpty();
        InForce(retried.Repeated("again")).ShouldHaveSingleItem();

        IEnumerable<Guard> InForce(StepRecord record) => GuardRecords.InForce(plan.With(_ => record));
    }

    [Fact]
    public void Event_during_the_reading_of_guards_causes_another_reading()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var run = Long(seed);
            var guard = run.World.Guard("G");
            guard.OnRead = () =>
            {
                // Changed after this reading took its answer, and announced before it was heard.
                guard.OnRead = static () => Task.CompletedTask;
                guard.Reading = GuardReading.Broken("changed");
                run.Process.Run.WorldChanged();
                run.Process.Wake();
                return Task.CompletedTask;
            };
            run.Process.Run.WorldChanged();
            run.Process.Wake();
            run.Pass(TimeSpan.FromSeconds(5));

            run.Outcome.State.ShouldBe(RunState.TargetChanged, $"seed {seed}");
        }
    }

    [Fact]
    public void Reading_that_raises_events_does_not_spin()
    {
        var run = Long();
        var guard = run.World.Guard("G");
        guard.OnRead = () =>
        {
            run.Process.Run.WorldChanged();
            run.Process.Wake();
            return Task.CompletedTask;
        };
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        var (reads, advances) = (guard.Reads, run.Process.Advances);
        run.Pass(TimeSpan.FromSeconds(60));

        (guard.Reads - reads).ShouldBeInRange(30, 61);
        (run.Process.Advances - advances).ShouldBeLessThan(250);
    }

    [Fact]
    public void Event_without_a_guard_in_force_reads_nothing()
    {
        var run = new Simulation(ToyPlans.Plan(
            [ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")], ToyPlans.Guard("G", ["A/2"])));
        run.World["A/1"].Hangs = true;
        run.Settle();
        var advances = run.Process.Advances;
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        run.Pass(TimeSpan.FromMinutes(5));

        run.World.Guard("G").Reads.ShouldBe(0);
        run.Process.Advances.ShouldBe(advances + 1);
    }

    [Fact]
    public void Guard_that_comes_into_force_is_read_without_an_event()
    {
        var run = new Simulation(ToyPlans.Plan(
            [ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "check", 1, "A/1")], ToyPlans.Guard("F"),
            ToyPlans.Guard("G", ["A/1"])));
        run.World["A/1"].Hangs = true;
        run.World["A/2"].Hangs = true;
        run.Pass(TimeSpan.FromSeconds(30));
        run.World.Guard("G").Reading = GuardReading.Broken("changed while A/1 ran");
        run.World["A/1"].Finish();
        run.Pass(TimeSpan.FromSeconds(30));

        run.World.Guard("G").Reads.ShouldBeGreaterThan(0);
        run.Outcome.State.ShouldBe(RunState.TargetChanged);
    }

    [Fact]
    public void Broken_guard_is_read_at_growing_intervals()
    {
        var run = Long();
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.World["A/1"].Finish();
        run.RunTo(RunState.TargetChanged);
        var (reads, advances, writes) = (run.World.Guard("G").Reads, run.Process.Advances, run.Store.Version);
        run.Pass(TimeSpan.FromHours(1));

        (run.World.Guard("G").Reads - reads).ShouldBeInRange(50, 90);
        (run.Process.Advances - advances).ShouldBeLessThan(200);
        run.Store.Version.ShouldBe(writes, "nothing changed");
    }

    [Fact]
    public void Guard_reading_of_another_plan_holds_nothing()
    {
        var run = Long();
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.World["A/1"].Finish();
        run.Pass(TimeSpan.FromMinutes(30));
        run.Outcome.State.ShouldBe(RunState.TargetChanged);

        run.Store.Edit(_ => ToyPlans.Plan(ToyPlans.Step("Undo/1")));
        run.Process.Wake();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
    }

    internal static Simulation Long(int seed = 1)
    {
        var run = new Simulation(
            ToyPlans.Plan([ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")], ToyPlans.Guard("G")), seed);
        run.World["A/1"].Hangs = true;
        run.Settle();
        run.World["A/1"].Executions.ShouldBe(1);
        return run;
    }
}
