namespace Drydock.Tests.Unit.Oms;

/// <summary>After the end nothing happens any more; while one works on a target the next one waits.</summary>
public sealed class CompletionAndTargetTests
{
    [Fact]
    public void Completed_upgrade_ignores_resync_restart_and_reapply()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        // Idle sessions to supervisord end.
        world.RunFor(TimeSpan.FromMinutes(1));
        var (looks, points, writes) = (world.Looks, world.Points.Count, world.Api.Writes);
        world.Time.NextTimer.ShouldBeNull();
        for (var i = 0; i < 100; i++)
        {
            world.Life.Wake(OmsWorld.Namespace, "up");
            world.RunFor(TimeSpan.FromMinutes(1));
        }

        world.Restart();
        world.RunFor(TimeSpan.FromDays(30));
        (world.Looks, world.Points.Count, world.Api.Writes).ShouldBe((looks, points, writes));

        world.Annotate("argocd.argoproj.io/tracking-id", "x");
        world.Hosts.ForEach(h => h.RestartDockerd());
        world.RunFor(TimeSpan.FromDays(1));
        (world.Looks, world.Points.Count).ShouldBe((looks, points));
    }

    [Fact]
    public void Control_edited_after_completion_is_observed_without_effect()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();
        var done = world.Done.Count;
        world.EditSpec(s => s with { HoldBefore = ["Backup"] });
        world.Retry();
        world.RunFor(TimeSpan.FromHours(1));

        world.Status.ObservedGeneration.ShouldBe(world.Upgrade.Metadata.Generation);
        (world.Is("Ready"), world.Is("Succeeded")).ShouldBe((true, true));
        world.Done.Count.ShouldBe(done);
    }

    [Fact]
    public void Second_upgrade_of_same_target_waits_and_names_first()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count("create") > 0, "the first has begun");
        world.Apply(s => s with { NewContainer = "other" }, "zwei");
        world.RunUntil(
            () => Second(world)?.Conditions.Find(c => c.Type == "Ready")?.Reason == Reasons.TargetBusy,
            "the second waits");

        Second(world)!.Message.ShouldNotBeNull().ShouldContain("OmsUpgrade migration/up");
        Second(world)!.Conditions.Single(c => c.Type == "Reconciling").Status.ShouldBe("True");
        Second(world)!.Conditions.ShouldNotContain(c => c.Type == "Stalled");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("create"), world.Count("jar"), world.Count("snapshot")).ShouldBe((2, 2, 1));
        world.RunUntil(
            () => Second(world)!.Findings.Exists(f => f.Reason == Reasons.ContainerNotFound),
            "the second sees that its container no longer runs");
    }

    [Fact]
    public void Failed_upgrade_keeps_its_target_until_it_is_deleted()
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["DisableHA"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Metadata.HaConfig = """{"enable":true,"edited":"meanwhile"}""";
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.ReasonOf("Failed").ShouldBe(Reasons.TargetChanged);
        world.Apply(s => s with { NewContainer = "other" }, "zwei");
        world.RunFor(TimeSpan.FromHours(1));
        Second(world)!.Conditions.Find(c => c.Type == "Ready")!.Reason.ShouldBe(Reasons.TargetBusy);

        world.Delete();
        world.RunUntil(
            () => Second(world)!.Conditions.Exists(c => c.Type == "Succeeded" && c.Status == "True"),
            "the second takes its turn");
        world.Rules.Broken.ShouldBeEmpty();
        world.IsGone().ShouldBeTrue();
        world.Metadata.HaConfig.ShouldContain("meanwhile");
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("jar")]
    [InlineData("ha on")]
    public void Late_second_upgrade_waits_without_findings_while_first_runs(string after)
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count(after) > 0, after);
        world.Apply(s => s with { NewContainer = "other" }, "zwei");
        world.RunUntil(
            () => Second(world)?.Conditions.Exists(c => c.Type == "Ready" && c.Reason != Reasons.Preflight) == true,
            "the second says something");

        (Second(world)!.Conditions.Find(c => c.Type == "Ready")!.Reason, Second(world)!.Findings.Count)
            .ShouldBe((Reasons.TargetBusy, 0));
        var probes = world.Points.Count(p => p.What.Contains("drydock-probe", StringComparison.Ordinal));
        world.RunToSuccess();
        world.Points.Count(p => p.What.Contains("drydock-probe", StringComparison.Ordinal))
            .ShouldBe(probes, "the hosts are left alone meanwhile");
        world.Count("create").ShouldBe(2);
    }

    [Fact]
    public void Two_upgrades_applied_at_once_never_both_begin()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var world = new OmsWorld(seed: seed).Apply().Apply(s => s with { NewContainer = "other" }, "zwei");
            world.RunUntil(() => world.Count("stop") == 2, "one works");

            world.Api.All<V1Lease>().Select(l => l.Spec.HolderIdentity).Distinct(StringComparer.Ordinal).Count()
                .ShouldBe(1);
            world.Api.All<OmsUpgrade>().Count(u => u.Metadata.Finalizers is { Count: > 0 }).ShouldBe(1);
            world.Count("create").ShouldBe(2);
        }
    }

    private static OmsUpgradeStatus? Second(OmsWorld world) =>
        world.Api.Find<OmsUpgrade>(OmsWorld.Namespace, "zwei")?.Status;
}
