using Drydock.Cli.Init;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Tests.Unit.Crds.Specs;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What preflight finds, one by one.</summary>
public sealed class PreflightTests
{
    private static readonly TiDbWorldSetup Whole = new() { Pumps = 2, Drainers = 1 };

    [Fact]
    public void Preflight_of_healthy_cluster_passes_and_changes_nothing()
    {
        var world = new TiDbWorld(Whole);
        var result = world.Preflight();

        result.Findings.ShouldBeEmpty();
        result.TargetIdentity.ShouldBe($"tidb:{TiDbWorld.ClusterId}");
        result.Discovery!.Instances.Count.ShouldBe(11);
        result.Discovery.Instances.Single(i => i.Name == "tikv-2").Store.ShouldBe(2UL);
        result.Discovery.BootstrapVersion.ShouldBe(23);
        world.Points.ShouldBeEmpty();
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Preflight_lists_all_findings_of_a_pass()
    {
        var world = new TiDbWorld(Whole);
        world.RegionChecks["down-peer"] = 3;
        world.Ddl.Add(new DdlJob("7", "orders", "t", "add index", "running"));
        world.Clocks["192.0.2.2"] = TimeSpan.FromMinutes(1);

        world.Preflight().Findings.Select(f => f.Reason)
            .ShouldBe([Reasons.QuorumAtRisk, Reasons.DdlRunning, Reasons.ClockSkew], ignoreOrder: true);
    }

    [Fact]
    public void Preflight_finds_PD_member_that_is_down() =>
        Finds(Reasons.InstanceDown, "pd-2", w => w.End(w["pd-2"], byOperator: false));

    [Fact]
    public void Preflight_finds_storage_outside_the_roots() =>
        Finds(Reasons.InvalidSpec, "not below a storage root", w =>
            w.Storages.Refused = "storage.directory.path '/etc' is not below a storage root");

    [Fact]
    public void Preflight_finds_different_PD_and_etcd_leaders() =>
        Finds(Reasons.NoLeader, "etcd's leader", w => w.EtcdLeader = "pd-3");

    [Fact]
    public void Preflight_finds_leader_priority_of_nameless_member() =>
        Finds(Reasons.ClusterUnhealthy, "leader_priority 5", w =>
        {
            w.NamelessMembers.UnionWith(["pd-2", "pd-3"]);
            (w.Priorities["pd-2"], w.Priorities["pd-3"]) = (5, 5);
        });

    [Fact]
    public void Preflight_finds_store_that_is_not_up() => Finds(Reasons.InstanceDown, "Store 2 (", w =>
    {
        w.StoreOf("tikv-2").IsCut = true;
        w.RunFor(TimeSpan.FromSeconds(30));
    });

    [Theory]
    [InlineData("down-peer")]
    [InlineData("miss-peer")]
    [InlineData("pending-peer")]
    public void Preflight_finds_regions_without_quorum(string check) =>
        Finds(Reasons.QuorumAtRisk, "4 Regions (900, 901, 902, 903) have no quorum", w => w.RegionChecks[check] = 4);

    [Fact]
    public void Incomplete_regions_with_quorum_are_only_noted()
    {
        var world = new TiDbWorld(Whole);
        world.Regions.AddRange([
            new TiDbRegion(5, 1, 2, 3) { Pending = [2] }, new TiDbRegion(6, 1, 2),
            new TiDbRegion(7, 1, 2, 3) { Down = [1] }]);
        var result = world.Preflight();

        result.Findings.ShouldBeEmpty();
        result.Discovery!.Notes.ShouldContain(n => n.StartsWith(
            "PD lists incomplete Regions: 1 with down-peer, 1 with miss-peer, 1 with pending-peer.",
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("running")]
    [InlineData("paused")]
    public void Preflight_finds_unfinished_DDL_job(string state) =>
        Finds(Reasons.DdlRunning, "job 9", w => w.Ddl.Add(new DdlJob("9", "orders", "", "create table", state)));

    [Fact]
    public void Preflight_finds_foreign_evict_leader_scheduler() =>
        Finds(Reasons.LeadersKeptAway, "evict-leader-scheduler-2", w => w.Evicted[2] = w.Now);

    [Fact]
    public void Preflight_finds_store_missing_from_spec() =>
        Finds(Reasons.InstancesDiffer, "store 3", w => w.Upgrade = w.Upgrade with
        {
            Spec = w.Upgrade.Spec with { Instances = [.. w.Upgrade.Spec.Instances.Where(i => i.Name != "tikv-3")] }
        });

    [Fact]
    public void Preflight_finds_PD_member_missing_from_spec() =>
        Finds(Reasons.InstancesDiffer, "pd-3", w => w.Upgrade = w.Upgrade with
        {
            Spec = w.Upgrade.Spec with { Instances = [.. w.Upgrade.Spec.Instances.Where(i => i.Name != "pd-3")] }
        });

    [Fact]
    public void Preflight_finds_TiDB_missing_from_spec() =>
        Finds(Reasons.InstancesDiffer, "192.0.2.2:4000", w => w.Upgrade = w.Upgrade with
        {
            Spec = w.Upgrade.Spec with { Instances = [.. w.Upgrade.Spec.Instances.Where(i => i.Name != "tidb-2")] }
        });

    [Fact]
    public void Preflight_finds_pump_missing_from_spec() =>
        Finds(Reasons.InstancesDiffer, "192.0.2.2:8250", w => w.Upgrade = w.Upgrade with
        {
            Spec = w.Upgrade.Spec with { Instances = [.. w.Upgrade.Spec.Instances.Where(i => i.Name != "pump-2")] }
        }, others: true);

    [Fact]
    public void Preflight_finds_instance_missing_from_cluster() =>
        Finds(Reasons.InstancesDiffer, "tikv-3", w => w.Stores.RemoveAt(2));

    [Fact]
    public void Preflight_refuses_two_voters_unless_acknowledged()
    {
        var setup = new TiDbWorldSetup { Pds = 2 };

        new TiDbWorld(setup).Preflight().Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.QuorumTooSmall);
        new TiDbWorld(setup with { Spec = s => s.Acknowledge(Reasons.QuorumTooSmall) }).Preflight().Findings
            .ShouldBeEmpty();
    }

    [Fact]
    public void Preflight_refuses_single_replica_without_acceptance() =>
        new TiDbWorld(new TiDbWorldSetup { MaxReplicas = 1 }).Preflight().Findings.ShouldHaveSingleItem().Reason
            .ShouldBe(Reasons.QuorumTooSmall);

    [Fact]
    public void Preflight_refuses_single_TiDB_without_acceptance()
    {
        var setup = new TiDbWorldSetup { Tidbs = 1 };

        new TiDbWorld(setup).Preflight().Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.QuorumTooSmall);
        new TiDbWorld(setup with { Spec = s => s.Acknowledge(Reasons.QuorumTooSmall) }).Preflight().Findings
            .ShouldBeEmpty();
    }

    [Fact]
    public void Preflight_refuses_single_pump_without_acceptance() =>
        new TiDbWorld(new TiDbWorldSetup { Pumps = 1 }).Preflight().Findings.ShouldHaveSingleItem().Reason
            .ShouldBe(Reasons.QuorumTooSmall);

    [Fact]
    public void Preflight_finds_different_host_labels_of_TiKVs_on_one_host()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Tikvs = 4, TwoTikvsAHost = true });
        world.StoreOf("tikv-2").Label = "another";

        var finding = world.Preflight().Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Message.Contains("different labels host", StringComparison.Ordinal))
            .ShouldBe((Reasons.ConfigurationInvalid, true));
    }

    [Fact]
    public void Preflight_finds_store_without_required_label() =>
        Finds(Reasons.ConfigurationInvalid, "no label host", w => w.StoreOf("tikv-1").Label = null);

    [Fact]
    public void Preflight_needs_distinct_status_ports_for_TiKVs_of_one_host()
    {
        var world = new TiDbWorld(new TiDbWorldSetup
        {
            Tikvs = 4,
            TwoTikvsAHost = true,
            Spec = s => s with
            {
                Instances = [.. s.Instances.Select(i => i.Name == "tikv-2" ? i with { StatusPort = null } : i)]
            }
        });

        var finding = world.Preflight().Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Field).ShouldBe((Reasons.InvalidSpec, "spec.instances[tikv-2].statusPort"));
    }

    [Fact]
    public void Status_ports_are_proposed_by_the_rule_of_tidb_ansible()
    {
        var world = new TiDbWorld(new TiDbWorldSetup
        {
            Tikvs = 4,
            TwoTikvsAHost = true,
            Spec = s => s with
            {
                Instances = [.. s.Instances.Select(i => i.Component == DatabaseComponent.TiKV
                    ? i with { Port = i.Name is "tikv-1" or "tikv-3" ? 20171 : 20172, StatusPort = null }
                    : i)]
            }
        });

        world.Preflight().Findings
            .ShouldContain(f => f.Message.Contains("port: 20171, statusPort: 20181}`", StringComparison.Ordinal)
                && f.Message.Contains("port: 20172, statusPort: 20182}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Preflight_finds_process_of_another_version()
    {
        Finds(Reasons.VersionMismatch, "pd-1", w => w["pd-1"].Installed = w["pd-1"].Running = "2.0.0");
        Finds(Reasons.VersionMismatch, "tikv-2", w => w.StoreOf("tikv-2").Version = "3.0.10");
        Finds(Reasons.VersionMismatch, "tidb-1", w => w["tidb-1"].Running = "1.0.8");
    }

    [Fact]
    public void Preflight_accepts_other_patch_level_with_a_note()
    {
        var world = new TiDbWorld(Whole);
        world.StoreOf("tikv-2").Version = "2.1.18-hotfix";

        var result = world.Preflight();

        result.Findings.ShouldBeEmpty();
        result.Discovery!.Notes.ShouldContain(
            "tikv-2 runs version 2.1.18-hotfix, not 2.1.19 (spec.fromVersion). It is upgraded to 3.0.9 like the "
            + "others.");
    }

    [Fact]
    public void Acknowledged_finding_is_a_note_and_changes_the_hash()
    {
        var world = new TiDbWorld(Whole);
        var before = new TiDbProcedure(world.Upgrade.Spec, world.Preflight().Discovery!).Compile().Hash;
        world.StoreOf("tikv-1").Label = null;
        var label =
            $"ConfigurationInvalid/{world.Upgrade.Spec.Service(world.Upgrade.Spec.Of(DatabaseComponent.TiKV).First())}";
        world.Clocks["192.0.2.2"] = TimeSpan.FromMinutes(1);
        world.Preflight().Findings.Select(f => f.Acknowledge)
            .ShouldBe([label, "ClockSkew/192.0.2.2"], ignoreOrder: true);

        world.Upgrade = world.Upgrade with
        {
            Spec =
                world.Upgrade.Spec with { Preflight = new DatabasePreflightSpec { Acknowledge = [label, "ClockSkew"] } }
        };
        var result = world.Preflight();

        result.Findings.ShouldBeEmpty();
        var plan = new TiDbProcedure(world.Upgrade.Spec, result.Discovery!).Compile();
        plan.Notes.Count(n => n.StartsWith("You acknowledged ", StringComparison.Ordinal)).ShouldBe(2);
        plan.Acknowledged.ShouldBe(["ClockSkew", label]);
        plan.Hash.ShouldNotBe(before);
    }

    [Fact]
    public void Lost_quorum_cannot_be_acknowledged()
    {
        var world = new TiDbWorld(Whole with
        {
            Spec = s => s with { Preflight = new DatabasePreflightSpec { Acknowledge = [Reasons.QuorumAtRisk] } }
        });
        world.RegionChecks["down-peer"] = 3;

        world.Preflight().Findings.ShouldHaveSingleItem().Acknowledge.ShouldBeNull();
    }

    [Fact]
    public void Preflight_finds_program_replaced_without_restart() =>
        Finds(Reasons.VersionMismatch, "replaced without a restart", w => w["pd-2"].Installed = "2.1.20");

    [Fact]
    public void Preflight_accepts_instances_that_already_run_target_version()
    {
        var world = new TiDbWorld(Whole);
        world["pd-1"].Installed = world["pd-1"].Running = TiDbWorld.New;
        world["tidb-1"].Installed = world["tidb-1"].Running = TiDbWorld.New;
        var result = world.Preflight();

        result.Findings.ShouldBeEmpty();
        result.Discovery!.BootstrapVersion.ShouldBeNull("its raise cannot be seen any more");
        result.Discovery.Notes.ShouldContain(n => n.Contains("pd-1, tidb-1", StringComparison.Ordinal));
    }

    [Fact]
    public void Preflight_refuses_unsupported_version_path() =>
        Finds(
            Reasons.VersionPathUnsupported, "2.0.0",
            w => w.Upgrade = w.Upgrade with { Spec = w.Upgrade.Spec with { FromVersion = "2.0.0" } }, others: true);

    [Fact]
    public void Preflight_finds_stray_process() =>
        Finds(Reasons.ProcessLivesOn, "pid 77", w => w["tikv-1"].StrayPid = 77);

    [Fact]
    public void Preflight_finds_unreachable_host() =>
        Finds(Reasons.HostUnreachable, "192.0.2.3 does not answer", w => w.Unreachable.Add("192.0.2.3"), others: true);

    [Fact]
    public void Preflight_finds_missing_package_unless_operator_brings_it()
    {
        var setup = Whole with { PackagePresent = false };

        new TiDbWorld(setup).Preflight().Findings.ShouldBeEmpty();
        Finds(Reasons.PackageMissing, "192.0.2.2", w => w.Packages["192.0.2.2"] = false);
    }

    [Fact]
    public void Preflight_finds_package_of_another_version() =>
        Finds(Reasons.VersionMismatch, "3.0.8", w =>
            w.Programs = (_, arguments) => arguments[0] == "/opt/tidb-v3.0.9/bin/tidb-server" && arguments[^1] == "-V"
                ? (0, "Release Version: v3.0.8")
                : null);

    [Fact]
    public void Preflight_finds_configuration_that_new_program_refuses() =>
        Finds(Reasons.ConfigurationInvalid, "unknown key", w => w.Programs = (_, arguments) => arguments.Contains(
            "-config-check") && arguments.Contains("/opt/tidb-v3.0.9/bin/pd-server") ? (1, "unknown key x") : null);

    [Fact]
    public void Preflight_refuses_configuration_check_without_success_message() =>
        Finds(Reasons.ConfigurationInvalid, "refuses", w =>
            w.Programs = (_, arguments) => arguments.Contains("--config-check") ? (0, "") : null);

    [Fact]
    public void Preflight_finds_invalid_or_missing_configuration_file()
    {
        Finds(Reasons.ConfigurationInvalid, "line 1", w =>
            w.Files[("192.0.2.1", "/data/tikv-1/conf/tikv.toml")] = "broken");
        Finds(Reasons.ConfigUnreadable, "conf/pd.toml", w => w.Files.Remove(("192.0.2.1", "/data/pd-1/conf/pd.toml")));
    }

    [Fact]
    public void Preflight_needs_sql_login() =>
        Finds(Reasons.SecretMissing, "username and password", w => w.Upgrade = w.Upgrade with
        {
            Spec = w.Upgrade.Spec with { Tidb = w.Upgrade.Spec.Tidb! with { CredentialsSecretRef = null } }
        });

    [Fact]
    public void Preflight_finds_missing_database_of_backup() => Finds(Reasons.DatabaseNotFound, "ghosts", w =>
        w.Upgrade = w.Upgrade with
        {
            Spec = w.Upgrade.Spec with
            {
                Tidb =
                    w.Upgrade.Spec.Tidb! with { Backup = w.Upgrade.Spec.Tidb!.Backup! with { Databases = ["ghosts"] } }
            }
        });

    [Fact]
    public void Preflight_asks_for_the_databases_that_init_leaves_open()
    {
        var written = Drydock.Cli.Output.Yaml.Read(
            DatabaseManifest.OfTiDb("192.0.2.1", "2.1.19", "3.0.9", null, "tidb")).Single();
        var backup = ((DatabaseRollingUpgradeSpec)KindSpecs.Read(
            DatabaseRollingUpgrade.KindName, written["spec"]!.AsObject())).Tidb!.Backup;
        var world = new TiDbWorld(Whole);
        world.Upgrade = world.Upgrade with
        {
            Spec = world.Upgrade.Spec with { Tidb = world.Upgrade.Spec.Tidb! with { Backup = backup } }
        };

        var finding = world.Preflight().Findings.ShouldHaveSingleItem();

        (finding.Reason, finding.Field).ShouldBe((Reasons.DatabaseNotFound, "spec.tidb.backup.databases"));
        finding.Message.ShouldBeWorded();
    }

    [Fact]
    public void Unusable_answer_is_a_finding_and_hides_no_other_finding()
    {
        var world = new TiDbWorld(Whole);
        world.Answers = (_, p, path) => p.Component == DatabaseComponent.PD && path == "/pd/api/v1/members"
            ? (200, "<html>no leader</html>")
            : null;
        world.Ddl.Add(new DdlJob("9", "orders", "", "create table", "none"));
        var findings = world.Preflight().Findings;

        findings.ShouldContain(f => f.Reason == Reasons.AnswerUnusable && f.Message.Contains(
            "answered no JSON (", StringComparison.Ordinal) && !f.Message.Contains("<html>", StringComparison.Ordinal));
        findings.ShouldContain(f => f.Reason == Reasons.DdlRunning);
    }

    private static void Finds(string reason, string words, Action<TiDbWorld> disturb, bool others = false)
    {
        var world = new TiDbWorld(Whole);
        disturb(world);
        var findings = world.Preflight().Findings;
        findings.ShouldContain(
            f => f.Reason == reason && f.Message.Contains(words, StringComparison.Ordinal),
            string.Join("; ", findings.Select(f => $"{f.Reason}: {f.Message}")));
        if (!others)
        {
            findings.Select(f => f.Reason).Distinct()
                .ShouldBe([reason], string.Join("; ", findings.Select(f => $"{f.Reason}: {f.Message}")));
        }
    }
}
