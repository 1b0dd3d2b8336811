using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class PreflightTests
{
    [Fact]
    public async Task Preflight_of_healthy_universe_passes_and_changes_nothing()
    {
        var world = new YugaWorld();
        var result = await RunAsync(world);
        result.Findings.ShouldBeEmpty();
        result.TargetIdentity.ShouldBe("universe-1");
        var discovery = result.Discovery.ShouldNotBeNull();
        (discovery.ReplicationFactor, discovery.SqlIsOn, discovery.AutoFlagsVersion, discovery.Instances.Count)
            .ShouldBe((3, true, 1, 6));
        discovery.Instances[0].FormerSha256.ShouldBe(YugaWorld.Sha("yb-master", world.Setup.From));
        discovery.Instances[0].FormerDirectory.ShouldBe(YugaWorld.OldDirectory);
        world.Acts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_lists_all_findings_of_a_pass()
    {
        var world = new YugaWorld();
        world["t2"].ClockOffset = TimeSpan.FromSeconds(2);
        world.LeaderlessTablets.Add("tablet-9");
        world.LeaderBlacklist.Add(world["t3"].Rpc);
        var findings = (await RunAsync(world)).Findings;
        findings.Select(f => f.Reason)
            .ShouldBe([Reasons.QuorumAtRisk, Reasons.LeadersKeptAway, Reasons.ClockSkew], ignoreOrder: true);
        findings.ShouldContain(f => f.Message.Contains("tablet-9", StringComparison.Ordinal));
        findings.ShouldContain(
            f => f.Message.Contains("change_leader_blacklist REMOVE 10.0.0.3:9100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Preflight_finds_master_that_is_down()
    {
        var world = new YugaWorld();
        world.End(world["m2"], SupervisionState.Restarting);
        await ShouldFindAsync(world, Reasons.InstanceDown, "Master m2 (10.0.0.2:7100) is not alive");
        await ShouldFindAsync(world, Reasons.InstanceDown, "m2 does not run on 10.0.0.2");
        await ShouldFindAsync(world, Reasons.InstanceDown, "is NETWORK_ERROR, not ALIVE");
    }

    [Fact]
    public async Task Preflight_finds_missing_master_leader()
    {
        var world = new YugaWorld();
        foreach (var master in world.Masters)
        {
            world.Answers[$"{master.Web}/api/v1/is-leader"] = (503, "");
        }

        await ShouldFindAsync(world, Reasons.NoLeader, "No master leads");
    }

    [Fact]
    public async Task Preflight_finds_two_master_leaders()
    {
        var world = new YugaWorld();
        world.Answers[$"{world["m2"].Web}/api/v1/is-leader"] = (200, "{}");
        await ShouldFindAsync(world, Reasons.NoLeader, "m1 and m2 both report that they lead");
    }

    [Fact]
    public async Task Preflight_reports_html_page_as_unusable_answer()
    {
        var world = new YugaWorld();
        world.Answers["/api/v1/tablet-replication"] = (200, "<h1>Error retrieving leader master URL</h1>");
        await ShouldFindAsync(world, Reasons.AnswerUnusable, "unusable answer");
    }

    [Fact]
    public async Task Preflight_finds_ended_or_silent_tablet_server()
    {
        var world = new YugaWorld();
        world.End(world["t2"], SupervisionState.Active);
        world.Time.Advance(TimeSpan.FromSeconds(20));
        await ShouldFindAsync(world, Reasons.InstanceDown, "sent its last heartbeat 20 s ago");
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await ShouldFindAsync(world, Reasons.InstanceDown, "is not ALIVE");
        await ShouldFindAsync(world, Reasons.InstanceDown, "Dead for the leading master");
    }

    [Fact]
    public async Task Preflight_finds_under_replicated_tablets()
    {
        var world = new YugaWorld();
        world.UnderReplicatedTablets.Add("tablet-3");
        await ShouldFindAsync(world, Reasons.QuorumAtRisk, "1 tablet is under-replicated: tablet-3");
    }

    [Fact]
    public async Task Preflight_finds_process_of_another_version()
    {
        var world = new YugaWorld();
        world["t1"].Running = "2.16.2.0-b41";
        await ShouldFindAsync(world, Reasons.VersionMismatch, "2.16.2.0-b41");
    }

    [Fact]
    public async Task Preflight_accepts_other_patch_level_with_a_note()
    {
        var world = new YugaWorld();
        world["t1"].Installed = world["t1"].Running = "2.18.3.0-b75";

        var result = await RunAsync(world);

        result.Findings.ShouldBeEmpty();
        result.Discovery!.Notes.ShouldContain(
            n => n.StartsWith("t1 runs version 2.18.3.0-b75, not 2.18.4.0-b52", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Slow_connection_is_not_clock_skew()
    {
        var world = new YugaWorld { ClockError = TimeSpan.FromMilliseconds(150) };
        world["t2"].ClockOffset = TimeSpan.FromMilliseconds(400);
        (await RunAsync(world)).Findings.ShouldBeEmpty();

        world.ClockError = TimeSpan.FromMilliseconds(10);
        (await RunAsync(world)).Findings.ShouldHaveSingleItem().Acknowledge.ShouldBe("ClockSkew/10.0.0.2");
    }

    [Fact]
    public async Task Preflight_accepts_upgraded_master_and_takes_former_program_from_others()
    {
        var world = new YugaWorld { PackageIsThere = true };
        (world["m2"].Running, world["m2"].Installed, world["m2"].Link) =
            (world.Setup.To, world.Setup.To, YugaWorld.NewDirectory);
        var result = await RunAsync(world);
        result.Findings.ShouldBeEmpty();
        var instance = result.Discovery!.Instances.Single(i => i.Name == "m2");
        (instance.FormerSha256, instance.FormerDirectory)
            .ShouldBe((YugaWorld.Sha("yb-master", world.Setup.From), YugaWorld.OldDirectory));
        result.Discovery.Notes.ShouldContain(n => n.StartsWith("m2 already runs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Former_directory_is_found_behind_shared_binary()
    {
        var world = new YugaWorld();
        var control = new InstanceControl
        {
            Process = new ProcessControl { Command = ["{directory}/bin/yb-master"], LogFile = "/log" }
        };
        world.Spec = world.Spec with
        {
            Processes = [.. world.Spec.Processes.Select(
                c => c with { Control = control with { Swap = SwapMethod.NewDirectory } })]
        };
        foreach (var server in world.Servers)
        {
            server.Binary = "yb-server";
        }

        var result = await RunAsync(world);
        result.Findings.ShouldBeEmpty();
        result.Discovery!.Instances.ShouldAllBe(i => i.FormerDirectory == YugaWorld.OldDirectory);
    }

    [Fact]
    public async Task Preflight_finds_unlisted_and_missing_instances()
    {
        var world = new YugaWorld();
        world.Spec.Instances.RemoveAll(i => i.Name is "t3" or "m3");
        await ShouldFindAsync(
            world, Reasons.InstancesDiffer, "a tablet server 10.0.0.3:9000 that spec.instances does not list");
        await ShouldFindAsync(
            world, Reasons.InstancesDiffer, "a master 10.0.0.3:7100 that spec.instances does not list");

        var other = new YugaWorld();
        other.Servers.Remove(other["t3"]);
        other.Servers.Add(new YugaServer
        {
            Name = "t3",
            Host = "10.0.0.3",
            Component = DatabaseComponent.Tserver,
            Rpc = new ServiceAddress("10.0.0.3", 9100),
            Web = new ServiceAddress("db3", 9000),
            Uuid = "x",
            Installed = other.Setup.From,
            Link = YugaWorld.OldDirectory,
            Running = other.Setup.From,
            Pid = 1
        });
        await ShouldFindAsync(other, Reasons.InstancesDiffer, "no tablet server with the pages 10.0.0.3:9000 (t3)");
        await ShouldFindAsync(
            other, Reasons.InstancesDiffer, "a tablet server db3:9000 that spec.instances does not list");
    }

    [Theory]
    [InlineData(1, 3, "With 1 masters no leader can be elected while one of them is replaced")]
    [InlineData(3, 1, "With replication factor 1 the data of a tablet server cannot be read or written")]
    public async Task Preflight_refuses_too_few_voters_unless_acknowledged(int masters, int replicas, string message)
    {
        var setup = new YugaSetup { Masters = masters, Replicas = replicas };
        await ShouldFindAsync(new YugaWorld(setup), Reasons.QuorumTooSmall, message);
        var accepted = await RunAsync(new YugaWorld(setup with { AcceptsOutage = true }));
        accepted.Findings.ShouldBeEmpty();
        accepted.Discovery!.Notes.ShouldContain(n =>
            n.StartsWith($"You acknowledged QuorumTooSmall: {message}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Preflight_finds_busy_load_balancer()
    {
        var world = new YugaWorld { BalancerIsBusy = true };
        await ShouldFindAsync(world, Reasons.ClusterUnhealthy, "get_is_load_balancer_idle");
    }

    [Fact]
    public async Task Preflight_reports_unexpected_admin_tool_output()
    {
        var world = new YugaWorld();
        world.ToolAnswers["get_auto_flags_config"] = (0, "nothing of the kind");
        await ShouldFindAsync(world, Reasons.AdminToolFailed, "get_auto_flags_config printed 'nothing of the kind'");
    }

    [Fact]
    public async Task Preflight_finds_control_that_differs_from_spec()
    {
        var world = new YugaWorld();
        (world["t1"].Supervision, world["t2"].Supervision) = (SupervisionState.Missing, SupervisionState.Restarting);
        world["t3"].Strays.Add(new StrayProcess(4711, "/old/bin/yb-tserver"));
        await ShouldFindAsync(
            world, Reasons.ControlMismatch, "t1 is not controlled on 10.0.0.1 as spec.processes says");
        await ShouldFindAsync(world, Reasons.InstanceDown, "t2 does not run");
        await ShouldFindAsync(world, Reasons.ProcessLivesOn, "pid 4711");
    }

    [Fact]
    public async Task Preflight_finds_program_replaced_without_restart()
    {
        var world = new YugaWorld();
        world["t1"].Installed = "2.19.0";
        await ShouldFindAsync(world, Reasons.ControlMismatch, "neither the program that t1 runs nor the new one");
    }

    [Fact]
    public async Task Preflight_finds_wrong_package_and_missing_space_by_host()
    {
        var world = new YugaWorld
        {
            PackageStates = host => new PackageState
            {
                IsComplete = false,
                Problem = $"{host}: bin/yb-tserver has another checksum",
                IsWrong = host == "10.0.0.2"
            }
        };
        world.Spec = world.Spec with
        {
            Package = new PackageSpec
            {
                Directory = YugaWorld.NewDirectory,
                Archives =
                [
                    new PackageArchive { Name = "all", HostPath = "/opt/yugabyte.tar.gz", Sha256 = new string('a', 64) }
                ]
            }
        };
        world.FreeBytes = 1024;
        await ShouldFindAsync(world, Reasons.PackageCorrupt, "bin/yb-tserver has another checksum", "10.0.0.2");
        await ShouldFindAsync(world, Reasons.NoSpace, "about 4 MiB are needed", "10.0.0.1");
    }

    [Fact]
    public async Task Preflight_finds_missing_package_without_archives()
    {
        var world = new YugaWorld
        {
            PackageStates = _ => new PackageState { IsComplete = false, Problem = "there is no such directory" }
        };
        await ShouldFindAsync(world, Reasons.PackageMissing, "spec.package.archives");
    }

    [Fact]
    public async Task Preflight_finds_unlisted_and_missing_replication_groups()
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        world.Groups.Add(new YugaGroup { Name = "forgotten", IsHere = true });
        world.Groups.RemoveAll(g => g.Name == "a-to-b");
        await ShouldFindAsync(
            world, Reasons.ReplicationDiffers, "replication group forgotten that the spec does not list");
        await ShouldFindAsync(world, Reasons.ReplicationDiffers, "a replication group a-to-b");
    }

    [Fact]
    public async Task Preflight_discovers_replication_groups_at_their_target()
    {
        var discovery = (await RunAsync(new YugaWorld(PlannerTests.Replicated()))).Discovery.ShouldNotBeNull();
        discovery.Groups.Select(g => (g.Name, g.Target))
            .ShouldBe([("a-to-b", ReplicationTarget.There), ("b-to-a", ReplicationTarget.Here)]);
        discovery.Replication.ShouldBe(ReplicationMode.PauseBothSides);
    }

    [Fact]
    public async Task Preflight_of_source_needs_upgraded_target_in_TargetFirst_mode()
    {
        var setup = new YugaSetup { Groups = [("a-to-b", false)], Mode = ReplicationMode.TargetFirst };
        await ShouldFindAsync(
            new YugaWorld(setup), Reasons.PeerNotUpgraded, "its target is to be upgraded and made final first");
        (await RunAsync(new YugaWorld(setup) { PeerVersion = setup.To })).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_of_source_asks_about_target_that_is_not_final()
    {
        var world = new YugaWorld(new YugaSetup { Groups = [("a-to-b", false)], Mode = ReplicationMode.TargetFirst })
        {
            PeerIsFinal = false
        };
        world.PeerVersion = world.Setup.To;
        await ShouldFindAsync(world, Reasons.PeerNotUpgraded, "has promoted no AutoFlag that this universe lacks");

        world.Spec =
            world.Spec with { Preflight = new DatabasePreflightSpec { Acknowledge = ["PeerNotUpgraded/a-to-b"] } };
        (await RunAsync(world)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_of_source_needs_its_own_AutoFlags_at_the_target()
    {
        var world = new YugaWorld(new YugaSetup { Groups = [("a-to-b", false)], Mode = ReplicationMode.TargetFirst })
        {
            PeerIsFinal = false,
            FlagsArePromoted = true
        };
        world.PeerVersion = world.Setup.To;
        await ShouldFindAsync(
            world, Reasons.PeerNotUpgraded,
            "has not promoted 1 AutoFlag that this universe uses: yb-master/new_flag. Promote them there");
    }

    [Fact]
    public async Task Preflight_of_target_asks_about_source_that_was_upgraded_first()
    {
        var setup = new YugaSetup { Groups = [("b-to-a", true)], Mode = ReplicationMode.TargetFirst };
        (await RunAsync(new YugaWorld(setup))).Findings.ShouldBeEmpty();
        var world = new YugaWorld(setup) { PeerVersion = setup.To };
        await ShouldFindAsync(
            world, Reasons.ReplicationBroken,
            "uses 1 AutoFlag that this universe has not promoted: yb-master/new_flag");
        world.Groups.Single().IsPaused = true;
        (await RunAsync(world)).Findings.ShouldBeEmpty();

        world.Groups.Single().IsPaused = false;
        world.Spec =
            world.Spec with { Preflight = new DatabasePreflightSpec { Acknowledge = ["ReplicationBroken/b-to-a"] } };
        (await RunAsync(world)).Findings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("stop_on_parent_termination", "true", "yugabyted", "run under yugabyted")]
    [InlineData(
        "cluster_uuid", "0b5d", "yugabytedb-anywhere",
        "YugabyteDB Anywhere manages this universe: m1 has the flag cluster_uuid")]
    public async Task Preflight_asks_about_universe_that_other_software_manages(
        string flag, string value, string subject, string message)
    {
        var world = new YugaWorld();
        world.MoreFlags[flag] = value;
        await ShouldFindAsync(world, Reasons.ControlMismatch, message);
        world.Spec =
            world.Spec with { Preflight = new DatabasePreflightSpec { Acknowledge = [$"ControlMismatch/{subject}"] } };
        (await RunAsync(world)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_asks_about_node_agent()
    {
        var world = new YugaWorld();
        world.NodeAgents.Add("10.0.0.2");
        await ShouldFindAsync(world, Reasons.ControlMismatch, "a node agent runs on 10.0.0.2");
    }

    [Fact]
    public async Task Preflight_finds_peer_that_does_not_answer()
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        world.Answers[$"{YugaWorld.PeerHost}:7000/api/v1/is-leader"] = (503, "");
        await ShouldFindAsync(world, Reasons.NoLeader, "the other end of replication group a-to-b cannot be read");
    }

    [Fact]
    public async Task Preflight_refuses_extension_in_use_that_package_lacks()
    {
        var world = new YugaWorld(new YugaSetup { ExtensionsInUse = null }) { PackageIsThere = true };
        world.Extensions.Add("postgis");
        await ShouldFindAsync(world, Reasons.ExtensionMissing, "postgis is in use and not in");
        world.Spec = world.Spec with
        {
            Package = new PackageSpec
            {
                Directory = YugaWorld.NewDirectory,
                Extensions = [new PackageExtension { Name = "postgis" }]
            }
        };
        (await RunAsync(world)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_reports_unreadable_extensions_and_passes_password_to_shell()
    {
        var world = new YugaWorld(new YugaSetup { ExtensionsInUse = null }) { SqlPassword = "hunter2" };
        await ShouldFindAsync(world, Reasons.ExtensionsUnreadable, "extensionsInUse");
        var life = new YugaLife(world) { Secrets = new DatabaseSecrets { Sql = new SqlLogin("yugabyte", "hunter2") } };
        (await new YugabytePreflight(new YugabyteCluster(life.Context)).RunAsync(default)).Findings.ShouldBeEmpty();
        world.PasswordsSeen.ShouldContain("hunter2");
    }

    [Fact]
    public async Task Preflight_checks_extensionsInUse_without_asking_the_database()
    {
        var world = new YugaWorld(new YugaSetup { ExtensionsInUse = ["postgis"] })
        {
            PackageIsThere = true,
            SqlPassword = "unknown"
        };
        await ShouldFindAsync(world, Reasons.ExtensionMissing, "postgis is in use");
        world.PasswordsSeen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_refuses_YSQL_major_upgrade()
    {
        var setup = new YugaSetup { From = "2024.2.3.0-b1", To = "2025.1.0.0-b1" };
        await ShouldFindAsync(new YugaWorld(setup), Reasons.VersionPathUnsupported, "from 11 to 15");
        (await RunAsync(new YugaWorld(setup with { Sql = false }))).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_reports_missing_secrets()
    {
        var life = new YugaLife(new YugaWorld())
        {
            Secrets = new DatabaseSecrets
            {
                Problems = [new Finding { Reason = Reasons.SecretMissing, Message = "Secret ssh does not exist" }]
            }
        };
        (await new YugabytePreflight(new YugabyteCluster(life.Context)).RunAsync(default)).Findings
            .ShouldHaveSingleItem().Reason.ShouldBe(Reasons.SecretMissing);
    }

    [Fact]
    public async Task Preflight_finds_storage_outside_the_roots()
    {
        var world = new YugaWorld();
        var archive = new PackageArchive { Name = "yugabyte.tar.gz", Storage = new StorageSpec() };
        world.Spec = world.Spec with { Package = world.Spec.Package with { Archives = [archive] } };
        var life = new YugaLife(world) { StorageProblem = "storage.directory.path '/etc' is not below a storage root" };
        (await new YugabytePreflight(new YugabyteCluster(life.Context)).RunAsync(default)).Findings
            .ShouldHaveSingleItem().Reason.ShouldBe(Reasons.InvalidSpec);
    }

    private static Task<PreflightResult<YugabyteDiscovery>> RunAsync(YugaWorld world) =>
        new YugabytePreflight(new YugabyteCluster(new YugaLife(world).Context)).RunAsync(default);

    private static async Task ShouldFindAsync(YugaWorld world, string reason, string message, string? node = null)
    {
        var result = await RunAsync(world);
        result.Discovery.ShouldBeNull();
        result.Findings.ShouldContain(
            f => f.Reason == reason && f.Message.Contains(message, StringComparison.Ordinal)
                && (node == null || f.Node == node),
            $"wanted {reason}: {message}; found "
            + $"{string.Join(" | ", result.Findings.Select(f => $"{f.Reason}: {f.Message}"))}");
    }
}
