using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Oms;

public sealed class GoldenRunTests
{
    [Fact]
    public void Two_nodes_follow_runbook_with_image_loaded_before_downtime()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Select(a => a.ToString()).ShouldBe(
        [
            "load oms-a", "load oms-b", "create oms-a", "create oms-b",
            "test rm_340+cm_340+cm_hb_340",
            "ha off rm_340",
            "restart oms_console oms-a", "console stop oms-a", "console start oms-a",
            "restart oms_console oms-b", "console stop oms-b", "console start oms-b",
            "policy no oms-a", "stop oms-a", "policy no oms-b", "stop oms-b",
            "trim cm_hb_340", "snapshot rm_340+cm_340+cm_hb_340",
            "start oms-a", "start oms-b", "console start oms-a",
            "stop oms_console oms-a", "console stop oms-a",
            "jar oms-a", "jar oms-b",
            "init oms-a", "console stop oms-a", "console start oms-a",
            "autostart oms-b", "start oms_console oms-b", "console start oms-b",
            "policy always oms-a", "policy always oms-b",
            "ha on rm_340",
            "restart oms_console oms-a", "console stop oms-a", "console start oms-a",
            "restart oms_console oms-b", "console stop oms-b", "console start oms-b",
        ]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_node_is_corrected_and_metadata_initialized_once(int nodes)
    {
        var world = new OmsWorld(new WorldSetup { Nodes = nodes }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Count("jar").ShouldBe(nodes);
        world.Count("init").ShouldBe(1);
        world.Count("snapshot").ShouldBe(1);
        foreach (var host in world.Hosts)
        {
            world.Count("jar", host.Name).ShouldBe(1);
            world.Count("create", host.Name).ShouldBe(1);
            world.New(host.Name)!.Programs.Values.ShouldAllBe(p => p.State == "RUNNING");
            world.New(host.Name)!.HostConfig.RestartPolicy!.Name.ShouldBe("always");
            world.Old(host.Name).IsRunning.ShouldBeFalse();
            world.Old(host.Name).HostConfig.RestartPolicy!.Name.ShouldBe("no");
        }

        Last(world, "jar").ShouldBeLessThan(First(world, "init"));
        Last(world, "stop").ShouldBeLessThan(First(world, "trim"));
        Last(world, "snapshot").ShouldBeLessThan(First(world, "start"));
        Last(world, "create").ShouldBeLessThan(First(world, "stop"));
        world.Status.Nodes.ShouldAllBe(
            n => n.Version == "4.2.2-bp1" && n.Container == OmsWorld.NewName && n.ImageID == world.NewImageContent.Id);
    }

    [Fact]
    public void Downtime_lasts_from_first_stop_to_write_of_ha_config()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        var times = world.Status.Times.ShouldNotBeNull();
        var stopped = world.Hosts.Min(h => world.Old(h.Name).FinishedAt!.Value);
        times.T1.ShouldBe(stopped);
        (times.T2!.Value - world.Done.Single(a => a.What == "ha on").At).Duration()
            .ShouldBeLessThan(TimeSpan.FromSeconds(1));
        KubernetesDuration.Parse(world.Status.Downtime!).ShouldBe(times.T2.Value - stopped, TimeSpan.FromSeconds(2));
        world.Done.Where(a => a.What is "load" or "create").ShouldAllBe(a => a.At < stopped);
    }

    [Fact]
    public void Every_written_status_is_consistent_for_kstatus()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        var written = world.StatusWrites;
        Condition(written[0], "Ready").ShouldBe("False");
        written[0].Status!.ObservedGeneration.ShouldBe(1);
        foreach (var upgrade in written)
        {
            (Condition(upgrade, "Reconciling"), Condition(upgrade, "Stalled")).ShouldNotBe(("True", "True"));
            (Condition(upgrade, "Ready") == "True").ShouldBe(
                Condition(upgrade, "Reconciling") is null && Condition(upgrade, "Stalled") is null,
                upgrade.Status!.Message);
            upgrade.Status.ObservedGeneration.ShouldBe(upgrade.Metadata.Generation);
            upgrade.Status.Conditions.Select(c => c.Type).ShouldBeUnique();
            upgrade.Status.Conditions.ShouldAllBe(c => c.Reason.Length > 0 && c.LastTransitionTime != default
                && c.ObservedGeneration == upgrade.Metadata.Generation);
        }

        written[..^2].ShouldAllBe(u => Condition(u, "Succeeded") == null);
        (Condition(written[^1], "Ready"), Condition(written[^1], "Succeeded"), Condition(written[^1], "Failed"))
            .ShouldBe(("True", "True", null));
        world.Status.Phases.ShouldAllBe(p => p.Contains(" Succeeded ", StringComparison.Ordinal));
        world.Verified().Reason.ShouldBe(Reasons.Unverifiable);
        world.Status.Progress.ShouldBe($"{world.Plan.Steps.Count}/{world.Plan.Steps.Count}");
        world.Status.SnapshotRef!.Name.ShouldBe(OmsWorld.Made(world.Status.Plan));
    }

    [Fact]
    public void New_container_copies_binds_and_environment_and_sets_IS_UPGRADE()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        var (old, created) = (world.Old("oms-b"), world.New("oms-b")!);
        created.HostConfig.Binds.ShouldBe(old.HostConfig.Binds);
        created.Config.Env.ShouldNotBeNull().ShouldBe(
            [
                "PATH=/usr/bin", "LANG=C", $"API_TOKEN={Canary.Environment}", $"TZ_NAME={Canary.PlainEnvironment}",
                "OMS_HOST_IP=192.0.2.217", "IS_UPGRADE=true"
            ],
            ignoreOrder: true);
        (created.HostConfig.NetworkMode, created.HostConfig.Privileged, created.HostConfig.PidsLimit)
            .ShouldBe(("host", true, -1));
        created.Config.Tty.ShouldBeTrue();
    }

    [Fact]
    public void Partial_ha_config_keeps_unknown_keys_and_gets_missing_ones()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        var config = HaConfig.Parse(world.Metadata.HaConfig!);
        (config.Enable, config.PerceiveStoreClientCheckpoint, config.RefetchStoreIntervalMin)
            .ShouldBe((true, true, 30));
        config.Raw.ShouldContain("\"enableStore\":true");
        world.Metadata.HaConfig.ShouldNotBeNull().ShouldStartWith(
            """{"enable":true,"enableHost":false,"customKey":"keep me","refetchStoreIntervalMin":30""");
        world.Status.HighAvailability!.Before.ShouldBe(WorldSetup.PartialHa);
    }

    [Fact]
    public void Refetch_window_without_checkpoints_covers_downtime_and_margin()
    {
        var world = new OmsWorld(new WorldSetup { InitTakes = TimeSpan.FromMinutes(50) }).Apply(s => s with
        {
            HighAvailability = s.HighAvailability with { PerceiveStoreClientCheckpoint = false, RefetchMargin = "20m" }
        });
        world.RunToSuccess();

        var times = world.Status.Times!;
        var minutes = HaConfig.Parse(world.Metadata.HaConfig!).RefetchStoreIntervalMin!.Value;
        ((double)minutes).ShouldBe(Math.Ceiling((times.T2!.Value - times.T1!.Value).TotalMinutes + 20), 1.0);
        minutes.ShouldBeGreaterThan(70);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"enable":false,"odd":1}""")]
    public void Disabled_or_absent_high_availability_is_enabled_by_upgrade(string? before)
    {
        var world = new OmsWorld(new WorldSetup { HaConfig = before })
            .Apply(s => s with
            {
                Preflight =
                    s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.HighAvailabilityUnknown] }
            });
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Count("ha off").ShouldBe(0);
        world.Count("ha on").ShouldBe(1);
        world.Count("restart oms_console").ShouldBe(2);
        HaConfig.Parse(world.Metadata.HaConfig!).Enable.ShouldBeTrue();
        world.Metadata.HaConfig!.Contains("\"odd\":1", StringComparison.Ordinal).ShouldBe(before is not null);
        world.Status.Phases.ShouldNotContain(p => p.StartsWith("DisableHA ", StringComparison.Ordinal));
    }

    [Fact]
    public void Disabled_high_availability_stays_unchanged_with_AsBefore()
    {
        const string Before = """{ "enable" : false }""";
        var world = new OmsWorld(new WorldSetup { HaConfig = Before }).Apply(s => s with
        {
            HighAvailability = s.HighAvailability with { AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore }
        });
        world.RunToSuccess();

        world.Metadata.HaConfig.ShouldBe(Before);
        world.Status.ActionRequired.ShouldContain(a => a.Reason == "HighAvailabilityOff");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Manual_high_availability_holds_until_administrator_sets_each_value(bool perceive)
    {
        var world = new OmsWorld().Apply(s => s with
        {
            HighAvailability = s.HighAvailability with
            {
                Method = HighAvailabilityMethod.Manual,
                PerceiveStoreClientCheckpoint = perceive
            }
        });
        world.RunUntil(() => world.Is("Held"), "held");
        (world.ReasonOf("Held"), world.ReasonOf("Reconciling"))
            .ShouldBe(("AwaitingManualChange", "AwaitingManualChange"));
        world.Status.Message.ShouldNotBeNull().ShouldContain("System Parameters > ha.config");
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Count("stop").ShouldBe(0);

        world.Metadata.HaConfig = """{"enable":false}""";
        world.RunUntil(() => world.Count("jar") == 2 && world.Is("Held"), "held again");
        world.Status.Message.ShouldBeWorded();
        world.Metadata.HaConfig = perceive
            ? """{"enable":true,"perceiveStoreClientCheckpoint":true}"""
            : """{"enable":true,"refetchStoreIntervalMin":90}""";
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Count("ha on").ShouldBe(0);
        world.Status.Times!.T2.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "pull")]
    public void Present_image_is_used_and_absent_one_pulled(bool present, string expected)
    {
        var world = new OmsWorld(new WorldSetup { ImagePresent = present, ImageInRegistry = !present }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Select(a => a.What).Where(w => w is "pull" or "load").Distinct(StringComparer.Ordinal)
            .ShouldBe(expected.Length == 0 ? [] : [expected]);
        world.Hosts.ShouldAllBe(h => !h.Containers.Exists(c => c.Name.StartsWith("drydock-probe")));
    }

    [Fact]
    public void Required_actions_list_projects_to_review_and_old_containers()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();

        world.Status.ActionRequired.Select(a => (a.Reason, a.Subject)).ShouldBe(
            [
                ("ReviewProject", "orders (np_1)"), ("ReviewProject", "billing (sp_1)"),
                ("VersionAdvice", "clear-browser-cache"), ("VersionAdvice", "shareplex-format"),
                ("VersionAdvice", "is-upgrade-stays"), ("RemoveOldContainers", "oms-a, oms-b")
            ]);
        world.Events.All.Where(e => !e.IsWarning).Select(e => e.Reason).Distinct(StringComparer.Ordinal)
            .ShouldBe(["PlanReady", "PhaseStarted", "Succeeded"], ignoreOrder: true);
        world.Events.All.ShouldAllBe(e => !e.IsWarning);
        world.Events.All.Count(e => e.Reason == "PhaseStarted")
            .ShouldBe(world.Plan.Steps.Select(s => s.Phase).Distinct(StringComparer.Ordinal).Count());
        world.Events.All.Count.ShouldBeLessThanOrEqualTo(20);
    }

    private static int First(OmsWorld world, string what) => world.Done.FindIndex(a => a.What == what);

    private static int Last(OmsWorld world, string what) => world.Done.FindLastIndex(a => a.What == what);

    private static string? Condition(OmsUpgrade upgrade, string type) =>
        upgrade.Status!.Conditions.Find(c => c.Type == type)?.Status;
}
