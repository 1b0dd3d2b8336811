namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The targets are read beside the reconcile before a rollback is compiled, for the object as it is
/// then.</summary>
public sealed class RollbackLookTests
{
    [Fact]
    public void Host_that_hangs_holds_no_reconcile_and_makes_the_rollback_wait()
    {
        var world = Held();
        world.Truth.Traces = async (plan, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, world.Time, token);
            return plan;
        };
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Truth.Looks == 1, "it is read");
        world.Status.Message.ShouldBeWorded();
        world.Edit(s => s with { DesiredState = DesiredState.Upgraded, HoldBefore = [] });
        world.RunUntil(() => world.IsOver, "the upgrade continues meanwhile", TimeSpan.FromSeconds(30));

        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "it waits");
        world.Status.Message.ShouldBeWorded();
        world.Status.RollbackPlan.ShouldBeNull();

        world.Truth.Traces = null;
        world.RunUntil(() => world.Is("Held"), "the rollback is compiled", TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Rollback_that_waits_says_so_once_and_is_read_again_each_minute()
    {
        var world = Held();
        world.Truth.Traces = (_, _) => throw new InvalidOperationException("box hunter2 is locked");
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "it waits");
        world.Status.Message.ShouldBeWorded();
        world.Truth.Traces = async (plan, token) =>
        {
            world.ReasonOf("Stalled").ShouldBe(Reasons.RollbackUnavailable, "also while it is read again");
            await Task.Delay(TimeSpan.FromSeconds(20), world.Time, token);
            throw new InvalidOperationException("box hunter2 is locked");
        };
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.Looks.ShouldBeInRange(30, 61);
        world.ReasonOf("Stalled").ShouldBe(Reasons.RollbackUnavailable);
        world.Events.All.Count(e => e.Reason == Reasons.RollbackUnavailable).ShouldBe(1, "it is said once");
        world.Truth.Acts.ShouldBe(["Prepare/box", "Swap/one"]);

        world.Truth.Traces = null;
        world.RunUntil(() => world.Is("RolledBack"), "RolledBack");
    }

    [Fact]
    public void Object_that_changed_during_the_look_is_looked_at_again()
    {
        var world = Held();
        world.Truth.Traces = async (plan, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(20), world.Time, token);
            return plan;
        };
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Truth.Looks == 1, "it is read");
        world.Edit(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("RolledBack"), "RolledBack");
        world.Truth.Looks.ShouldBe(2);
    }

    [Fact]
    public void Status_put_back_during_the_look_is_looked_at_again()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/one"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        var old = world.Status;
        world.Edit(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Truth.Acts.Contains("Swap/one") && world.Is("Held"), "Held");
        List<int> begun = [];
        world.Truth.Traces = async (plan, token) =>
        {
            begun.Add(plan.Steps.Count(s => s.State != StepState.Pending));
            await Task.Delay(TimeSpan.FromSeconds(20), world.Time, token);
            return plan;
        };
        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => begun.Count == 1, "it is read");
        world.Overwrite(old);
        world.RunUntil(() => world.Is("RolledBack"), "RolledBack");
        begun.ShouldBe([2, 1]);
    }

    [Theory]
    [InlineData(RollbackPolicy.Manual)]
    [InlineData(RollbackPolicy.OnFailure)]
    public void Outdated_status_is_rolled_back_only_on_request_and_approval(RollbackPolicy policy)
    {
        var world = new ToyRunWorld();
        world.Truth.Refusing.Add("Swap/one");
        world.Truth.Traces = Swapped;
        world.Apply(
            s => s with { RollbackPolicy = policy, HoldBefore = policy == RollbackPolicy.Manual ? ["Swap/one"] : [] });
        if (policy == RollbackPolicy.Manual)
        {
            world.RunUntil(() => world.Is("Held"), "Held");
            world.Delete();
        }

        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "it waits");
        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.Acts.ShouldBe(["Prepare/box"]);

        world.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held") && world.Status.RollbackPlan is not null, "it is held");
        world.Status.RollbackPlan!.Steps.ShouldContain(s => s.Id == "Undo/two");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.Found is null || world.Is("RolledBack"), "it is rolled back");
    }

    [Fact]
    public void Refusal_that_only_the_targets_show_is_stored_and_a_retry_continues()
    {
        var world = new ToyRunWorld { Truth = { CanRollBack = false, Traces = Swapped } };
        world.Truth.Refusing.Add("Prepare/box");
        world.Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Truth.Looks == 1, "it is read");
        world.RunFor(TimeSpan.FromMinutes(5));
        (world.Is("Failed"), world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, world.Truth.Looks)
            .ShouldBe((true, false, 1));
        world.Status.Message.ShouldBeWorded();

        world.Truth.Refusing.Clear();
        world.Retry();
        world.RunUntil(() => world.IsOver, "a retry continues");
    }

    [Fact]
    public void Deletion_that_only_the_targets_refuse_waits_until_it_is_abandoned()
    {
        var world = new ToyRunWorld { Truth = { CanRollBack = false, Traces = Swapped } }.Apply(
            s => s with { HoldBefore = ["Swap/one"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        world.Edit(s => s with { HoldBefore = [], Paused = true });
        world.Delete();
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "it waits");
        world.Status.Message.ShouldBeWorded();
        world.Edit(s => s with { Paused = false });
        world.RunFor(TimeSpan.FromHours(1));
        world.Truth.Acts.ShouldBe(["Prepare/box"], "nothing is swapped because of a deletion");
        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.RunUntil(() => world.Found is null, "gone");
    }

    private static ToyRunWorld Held()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "Held");
        return world;
    }

    // Another part is new than the plan knows of.
    private static Task<PlanProgress> Swapped(PlanProgress plan, CancellationToken cancellationToken) =>
        Task.FromResult(
            plan.Steps.Find(s => s.Id == "Swap/two") is { Attempt: 0, State: StepState.Pending } two
                ? plan.With(plan.Steps.Select(s => s == two ? s.With(r => r with { Attempt = 1 }) : s))
                : plan);
}
