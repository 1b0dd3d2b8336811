namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The way back after Succeeded of an installation without high availability. That of the main job:
/// <see cref="Golden.GoldenUpgradeTests"/>. OMS writes its heartbeats seldom, and in another time zone than the
/// database's.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class RollbackTests(StageFixture fixture)
{
    private static readonly UpgradeRoad Road = UpgradeRoad.CommunitySingle with
    {
        Id = "ce-330-331-single-zone",
        Scenario = static options =>
            options with { Knobs = new OmsKnobs { HeartbeatSeconds = 4, HeartbeatOffsetSeconds = -8 * 3600 } },
    };

    [Fact]
    public async Task Rollback_restores_every_byte_and_old_container()
    {
        var stage = await fixture.UseAsync(Road);

        var golden = await new UpgradeCourse(stage, UpgradeGoal.Rollback).GoldenAsync(
            new LabOperatorOptions { LeaderElection = false }, TestContext.Current.CancellationToken);

        golden.Counts["PUNISHED"].ShouldBe(0);
        golden.Counts["old container start"].ShouldBe(2);
        var state = await stage.Oms.ReadStateAsync();
        var containers = state.Nodes.Single().Containers;
        var old = containers.Single(x => x.Name == stage.Oms.Options.OldContainer);
        old.Status.ShouldBe("running");
        old.RestartPolicy.ShouldBe(stage.Oms.Options.OldRestartPolicy);
        containers.Single(x => x.Name == stage.Road.NewContainer).Status
            .ShouldBe("exited", "the new container stays, stopped, until accepted");
        state.HaConfig.ShouldBeNull("3.3.0 had none");
        state.Hosts.Values.ShouldAllBe(x => x == "ONLINE");
        state.Damage.ShouldBeEmpty();
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Upgrade_after_a_prune_and_a_watchdog_is_rolled_back()
    {
        var stage = await fixture.ResetAsync();
        var before = await stage.Oms.ReadStateAsync();
        var course = new UpgradeCourse(stage, UpgradeGoal.Rollback);
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("StopOld", "StartNew");
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());

        // Nightly, while the run is held.
        var held = await stage.WaitForAsync(
            space, u => u.IsHeld() && u.Message().Contains("StopOld", StringComparison.Ordinal));
        var host = stage.Hosts[0];
        var created = await IdAsync(stage, host);
        await host.DockerAsync(["container", "prune", "-f"]);
        await ApproveAsync(stage, space, held, "StopOld");
        held = await stage.WaitForAsync(
            space, u => u.IsHeld() && u.Message().Contains("StartNew", StringComparison.Ordinal),
            TimeSpan.FromMinutes(4));
        (await IdAsync(stage, host)).ShouldNotBe(created, "it was created again");

        // A watchdog misses OMS.
        await host.DockerAsync(
            [.. stage.Oms.RunArguments(stage.Oms.Nodes[0], "oms_tmp", stage.Oms.From.Tag, "always", upgrade: false)]);
        await ApproveAsync(stage, space, held, "StartNew");
        var stalled = await stage.WaitForAsync(space, u => u.Reason("Stalled") == "TargetChanged");
        stalled.Message().ShouldContain("Container oms_tmp on oms-a runs since");
        (await stage.Oms.AuditAsync())
            .ShouldNotContain(a => a.Event == OmsEvents.ContainerStart && a.Version == "4.2.2");

        await host.DockerAsync(["stop", "-t", "5", "oms_tmp"]);
        var done = await stage.WaitForAsync(space, UpgradeReading.IsOver, TimeSpan.FromMinutes(5));
        done["status"]!["snapshotRef"]!["name"]!.GetValue<string>()
            .ShouldEndWith("-2", Case.Sensitive, "what it wrote is in a second snapshot");
        (await stage.Oms.CountAsync(OmsEvents.JarStart), await stage.Oms.CountAsync(OmsEvents.InitStart))
            .ShouldBe((2, 1));

        await course.RollBackAsync(space);
        await course.ApproveAsync(space, TestContext.Current.CancellationToken);
        await stage.WaitForAsync(space, u => u.IsOver("RolledBack"), TimeSpan.FromMinutes(4));
        var state = await stage.Oms.ReadStateAsync();
        (state.SchemaVersion, state.Damage.Count).ShouldBe((before.SchemaVersion, 0));
        state.Nodes.ShouldAllBe(
            node => node.Containers.Single(c => c.Name == stage.Oms.Options.OldContainer).Status == "running");
        await host.DockerAsync(["rm", "oms_tmp"]);
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    private static async Task<string> IdAsync(UpgradeStage stage, DockerHost host) =>
        (await host.DockerAsync(["inspect", "--type", "container", "--format", "{{.Id}}", stage.Road.NewContainer]))
            .Trim();

    private static Task<string> ApproveAsync(UpgradeStage stage, string space, JsonNode held, string hold) =>
        stage.ControlPlane.KubectlAsync([
            "-n", space, "annotate", "--overwrite", "omsu", UpgradeCourse.Name,
            $"drydock.dev/approve={held.WordFor(hold)}"]);
}
