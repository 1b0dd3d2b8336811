using Drydock.Cli.Output;
using Drydock.Cli.Views;
using Drydock.Tests.Unit.Plugin;

namespace Drydock.Tests.Unit.Oms;

/// <summary>What is left to do after an upgrade is not asked for while a rollback is wanted.</summary>
public sealed class FollowUpDirectionTests
{
    public static TheoryData<string> Wishes => ["spec", "annotation", "shown", "blocked"];

    [Theory]
    [MemberData(nameof(Wishes))]
    public void Wanted_rollback_hides_follow_ups_until_it_is_withdrawn(string wish)
    {
        var world = Succeeded();
        var (before, due) = (Told(world), world.Status.CleanupAt);
        before.ShouldContain(a => a.StartsWith(Reasons.RemoveOldContainers, StringComparison.Ordinal));
        due.ShouldNotBeNull();

        Want(world, wish);
        Until(world, () => wish switch
        {
            "blocked" => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable,
            _ => world.Is("Held"),
        });
        world.RunFor(TimeSpan.FromDays(1));
        NamesNoRemoval(world);
        world.Status.ActionRequired.ShouldBeEmpty();

        Withdraw(world, wish);
        world.RunUntil(() => world.IsOver && world.Status.RollbackPlan is null, "withdrawn");
        Told(world).ShouldBe(before);
        world.Status.CleanupAt.ShouldBe(due);
    }

    [Fact]
    public void Rollback_that_runs_leaves_only_its_own_follow_ups()
    {
        var world = Succeeded();
        Want(world, "spec");
        Until(world, () => world.Is("Held"));
        world.Annotate(Annotations.Approve, world.BackWord("RollBack"));
        Until(world, () => world.IsBack);

        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.RemoveNewContainers);
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.ReviewProject);
    }

    private static OmsWorld Succeeded()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { Cleanup = new CleanupSpec { After = "720h" } });
        world.RunToSuccess();
        return world;
    }

    private static void Want(OmsWorld world, string wish)
    {
        if (wish == "blocked")
        {
            world.Hosts[0].Containers.Remove(world.Old("oms-a"));
        }

        if (wish == "annotation")
        {
            world.Annotate(Annotations.Rollback, "1");
            return;
        }

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
    }

    private static void Withdraw(OmsWorld world, string wish)
    {
        if (wish == "annotation")
        {
            world.Write(new Dictionary<string, string?>(StringComparer.Ordinal) { [Annotations.Rollback] = null });
            return;
        }

        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded, Approval = ApprovalPolicy.Automatic });
    }

    // Every status on the way that was written for the wish.
    private static void Until(OmsWorld world, Func<bool> condition) => world.RunUntil(
        () =>
        {
            if (world.Status.Phase is RunPhases.RollingBack or RunPhases.RolledBack)
            {
                NamesNoRemoval(world);
            }

            return condition();
        },
        "turned");

    private static void NamesNoRemoval(OmsWorld world)
    {
        var status = world.Status;
        var view = RunViewBuilder.BuildWithOffers(world.Run(), world.Time.GetUtcNow());
        var texts = MessageFaults.Texts(status).Concat(status.RollbackPlan?.Steps.Select(s => s.Title) ?? [])
            .Concat(new StatusText(isWide: true).Lines(view)).ToList();

        status.ActionRequired.ShouldNotContain(a => a.Reason == Reasons.RemoveOldContainers);
        texts.ShouldAllBe(text => !text.Contains("cleanup", StringComparison.OrdinalIgnoreCase)
            && !text.Contains("emove the old containers", StringComparison.Ordinal)
            && !text.Contains("accept the upgrade", StringComparison.Ordinal));
        status.CleanupAt.ShouldBeNull("nothing is announced that a rollback needs");
    }

    private static List<string> Told(OmsWorld world) =>
        [.. world.Status.ActionRequired.Select(a => $"{a.Reason} {a.Subject}: {a.Message}")];
}
