using Drydock.Cli.Views;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>What is computed of a run: its times, the marks of its phases, its state.</summary>
public sealed class RunViewTests
{
    private static readonly TimeSpan Night = TimeSpan.FromHours(10);

    [Fact]
    public void Elapsed_time_counts_from_the_first_step()
    {
        var world = Until(w => w.Is("Held"), s => s with { Approval = ApprovalPolicy.Manual });
        var planned = View(world, Night);
        (planned.FirstStepAt, planned.ElapsedSeconds, planned.StartedAt is null).ShouldBe((null, null, false));

        world.RunFor(Night);
        world.EditSpec(s => s with { Approval = ApprovalPolicy.Automatic });
        world.RunUntil(() => world.Status.Phase == "Backup", "the backup");
        var view = View(world);
        view.FirstStepAt.ShouldBe(world.Plan.Steps.Min(s => s.StartedAt));
        view.ElapsedSeconds!.Value.ShouldBeLessThan(Night.TotalSeconds / 2);
    }

    [Fact]
    public void Failed_phase_has_ended_with_its_last_step()
    {
        var world = RollbackTests.Failed();
        var early = Phase(View(world), "CorrectMetadata");
        var late = Phase(View(world, Night), "CorrectMetadata");

        (late.Mark, late.ElapsedSeconds).ShouldBe((StepMark.Failed, early.ElapsedSeconds));
        late.FinishedAt.ShouldBe(late.Steps.Max(s => s.FinishedAt));
    }

    [Fact]
    public void Interrupted_phase_of_an_ended_plan_does_not_run()
    {
        var world = Until(w => w.Count("snapshot") == 1);
        world.Annotate(Annotations.Rollback, "1");
        world.RunToRolledBack();
        var view = View(world, Night);

        foreach (var phase in view.Plans.SelectMany(p => p.Phases))
        {
            phase.Mark.ShouldNotBe(StepMark.Running, phase.Name);
            (phase.ElapsedSeconds ?? 0).ShouldBeLessThan(Night.TotalSeconds / 2, phase.Name);
        }
    }

    [Fact]
    public void Phase_between_two_steps_runs()
    {
        var run = CliRuns.Held().Run();
        var steps = run.Status!.Plan!.Steps.ConvertAll(s =>
            s.Phase == "StopOld" && s.Node == "oms-a" ? Done(s, run.Status.StartedAt!.Value) : s);
        run =
            run with { Status = Under(run.Status, "Running", held: false) with { Plan = run.Status.Plan.With(steps) } };

        var phase = Phase(RunViewBuilder.Build(run, run.Status!.StartedAt!.Value + Night), "StopOld");
        (phase.Mark, phase.FinishedAt, phase.ElapsedSeconds).ShouldBe((StepMark.Running, null, Night.TotalSeconds));

        run = run with { Status = Under(run.Status, "Paused", held: true) };
        Phase(RunViewBuilder.Build(run, run.Status!.StartedAt!.Value + Night), "StopOld").Mark.ShouldBe(StepMark.Held);
    }

    [Theory]
    [InlineData("StopOld", "StopOld/oms-a")]
    [InlineData("PointOfNoReturn", "InitMetadata/oms-a")]
    [InlineData("RollBack", "PrepareImage/oms-a/image")]
    public void Steps_that_a_hold_stops_are_held(string hold, string step)
    {
        var run = CliRuns.Held().Run();
        var plan = run.Status!.Plan!.Rewritten(p => p with { Hold = hold == "RollBack" ? hold : null });
        var before = hold == "PointOfNoReturn" ? plan.Steps.Find(s => s.Id == step)!.After : [];
        plan = plan.RewrittenSteps(s => s with { PointOfNoReturn = s.Id == step || s.After.Contains(step) })
            .With(s => s.Record with
            {
                State = before.Contains(s.Id) ? StepState.Succeeded : StepState.Pending,
                StartedAt = null,
                FinishedAt = null
            });
        run = run with { Status = run.Status with { Plan = plan, Holds = [new HoldStatus { Name = hold }] } };

        var view = RunViewBuilder.Build(run, run.Status!.StartedAt!.Value);
        var phase = Phase(view, step.Split('/')[0]);
        phase.Mark.ShouldBe(StepMark.Held);
        if (hold != "StopOld")
        {
            phase.Steps.Single(s => s.Id == step).Mark.ShouldBe(StepMark.Held);
        }

        view.Plans[0].Phases.Count(p => p.Mark == StepMark.Held).ShouldBe(1);
        if (hold == "PointOfNoReturn")
        {
            view.Plans[0].Phases.SelectMany(p => p.Steps).Where(s => s.Mark == StepMark.Held).Select(s => s.Id)
                .ShouldBe([step], "what the hold covers later does not wait yet");
        }
    }

    [Theory]
    [InlineData("Stalled")]
    [InlineData("Held")]
    [InlineData("Ready")]
    public void State_of_an_older_spec_is_not_reported(string condition)
    {
        var world = condition switch
        {
            "Stalled" => RollbackTests.Failed(),
            "Held" => CliRuns.Held(),
            _ => Until(w => w.Is("Succeeded")),
        };
        RunViewBuilder.StateOf(world.Run()).ToString().ShouldBe(condition);
        world.EditSpec(s => s with { Approval = ApprovalPolicy.Manual });

        var view = View(world);
        view.State.ShouldBe(ShownState.InProgress);
        view.Message.ShouldBeWorded();
    }

    private static Step Done(Step step, DateTimeOffset at) =>
        step.With(r => r with { State = StepState.Succeeded, StartedAt = at, FinishedAt = at.AddSeconds(5) });

    private static OmsUpgradeStatus Under(RunStatus status, string reason, bool held) => (OmsUpgradeStatus)status with
    {
        Holds = [],
        Conditions =
        [
            new() { Type = "Ready", Status = "False", Reason = reason },
            new() { Type = "Held", Status = held ? "True" : "False", Reason = reason },
        ],
    };

    private static PhaseView Phase(RunView view, string name) =>
        view.Plans.SelectMany(p => p.Phases).Single(p => p.Name == name);

    private static RunView View(OmsWorld world, TimeSpan later = default) =>
        RunViewBuilder.Build(world.Run(), world.Time.GetUtcNow() + later);

    private static OmsWorld Until(Func<OmsWorld, bool> condition, Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null)
    {
        var world = CliRuns.Begin(change);
        world.RunUntil(() => condition(world), "the state");
        return world;
    }
}
