using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What preflight finds, one by one.</summary>
public sealed class PreflightTests
{
    private static readonly TiDbWorldSetup Whole = new() { Pumps = 2, Drainers = 1 };

    [Fact]
    public void A_healthy_cluster_passes_and_nothing_is_changed()
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
    public void All_findings_of_a_pass_are_listed_and_not_the_first()
    {
        var world = new TiDbWorld(Whole);
        world.RegionChecks["down-peer"] = 3;
        world.Ddl.Add(new DdlJob("7", "orders", "t", "add index", "running"));
        world.Clocks["192.0.2.2"] = TimeSpan.FromMinutes(1);

        world.Preflight().Findings.Select(f => f.Reason).ShouldBe([Reasons.ClusterUnhealthy, Reasons.DdlRunning, Reasons.ClockSkew], ignoreOrder: true);
    }

    [Fact]
    public void A_member_that_is_down_is_found_by_its_own_word() =>
        Finds(Reasons.ClusterUnhealthy, "pd-2", w => w.End(w["pd-2"], byOperator: false));

    [Fact]
    public void Storage_outside_the_roots_is_found() =>
        Finds(Reasons.InvalidSpec, "not below a storage root", w => w.Storages.Refused = "storage.directory.path '/etc' is not below a storage root");

    [Fact]
    public void Leadership_that_is_moving_is_found() =>
        Finds(Reasons.ClusterUnhealthy, "etcd's leader", w => w.EtcdLeader = "pd-3");

    [Fact]
    public void Leader_priority_of_a_nameless_member_is_found() =>
        Finds(Reasons.ClusterUnhealthy, "leader_priority 5", w =>
        {
            w.NamelessMembers.UnionWith(["pd-2", "pd-3"]);
            (w.Priorities["pd-2"], w.Priorities["pd-3"]) = (5, 5);
        });

    [Fact]
    public void A_store_that_is_not_up_is_found() => Finds(Reasons.ClusterUnhealthy, "Store 2 (", w =>
    {
        w.StoreOf("tikv-2").IsCut = true;
        w.RunFor(TimeSpan.FromSeconds(30));
    });

    [Theory]
    [InlineData("down-peer")]
    [InlineData("miss-peer")]
    [InlineData("pending-peer")]
    public void Regions_that_lack_a_peer_are_found(string check) =>
        Finds(Reasons.ClusterUnhealthy, $"4 Regions with {check}", w => w.RegionChecks[check] = 4);

    [Theory]
    [InlineData("none")]
    [InlineData("running")]
    [InlineData("paused")]
    public void Ddl_that_has_not_ended_is_found(string state) =>
        Finds(Reasons.DdlRunning, "job 9", w => w.Ddl.Add(new DdlJob("9", "orders", "", "create table", state)));

    [Fact]
    public void An_evict_scheduler_of_somebody_else_is_found() =>
        Finds(Reasons.ClusterUnhealthy, "evict-leader-scheduler-2", w => w.Evicted[2] = w.Now);

    [Fact]
    public void A_store_that_the_spec_does_not_list_is_a_stranger() =>
        Finds(Reasons.InstancesDiffer, "store 3", w => w.Upgrade = w.Upgrade with { Spec = w.Upgrade.Spec with { Instances = [.. w.Upgrade.Spec.Instances.Where(i => i.Name != "tikv-3")] } });

    [Fact]
    public void A_member_that_the_spec_does_not_list_is_a_stranger() =>
        Finds(Reasons.InstancesDiffer, "pd-3", w => w.Upgrade = w.Upgrade with { Spec = w.Upgrade.Spec with { Instances = [.. w.Upgrade.Spec.Instances.Where(i => i.Name != "pd-3")] } });

    [Fact]
    public void A_TiDB_that_the_spec_does_not_list_is_a_stranger() =>
        Finds(Reasons.InstancesDiffer, "192.0.2.2:4000", w => w.Upgrade = w.Upgrade with { Spec = w.Upgrade.Spec with { Instances = [.. w.Upgrade.Spec.Instances.Where(i => i.Name != "tidb-2")] } });

    [Fact]
    public void A_pump_that_the_spec_does_not_list_is_a_stranger() =>
        Finds(Reasons.InstancesDiffer, "192.0.2.2:8250", w => w.Upgrade = w.Upgrade with { Spec = w.Upgrade.Spec with { Instances = [.. w.Upgrade.Spec.Instances.Where(i => i.Name != "pump-2")] } }, others: true);

    [Fact]
    public void An_instance_that_the_cluster_does_not_know_is_missing() =>
        Finds(Reasons.InstancesDiffer, "tikv-3", w => w.Stores.RemoveAt(2));

    [Fact]
    public void Too_few_voters_need_to_be_accepted()
    {
        var setup = new TiDbWorldSetup { Pds = 2 };

        new TiDbWorld(setup).Preflight().Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.QuorumTooSmall);
        new TiDbWorld(setup with { Spec = s => s with { AllowUnavailability = true } }).Preflight().Findings.ShouldBeEmpty();
    }

    [Fact]
    public void Too_few_replicas_need_to_be_accepted() =>
        new TiDbWorld(new TiDbWorldSetup { MaxReplicas = 1 }).Preflight().Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.QuorumTooSmall);

    [Fact]
    public void A_single_pump_needs_to_be_accepted() =>
        new TiDbWorld(new TiDbWorldSetup { Pumps = 1 }).Preflight().Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.QuorumTooSmall);

    [Fact]
    public void TiKVs_of_one_host_must_have_the_same_label_host()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Tikvs = 4, TwoTikvsAHost = true });
        world.StoreOf("tikv-2").Label = "another";

        var finding = world.Preflight().Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Message.Contains("different labels host", StringComparison.Ordinal)).ShouldBe((Reasons.ConfigurationInvalid, true));
    }

    [Fact]
    public void A_store_without_the_label_that_PD_asks_for_is_found() =>
        Finds(Reasons.ConfigurationInvalid, "no label host", w => w.StoreOf("tikv-1").Label = null);

    [Fact]
    public void TiKVs_of_one_host_need_status_ports_of_their_own()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Tikvs = 4, TwoTikvsAHost = true, Spec = s => s with { Instances = [.. s.Instances.Select(i => i.Name == "tikv-2" ? i with { StatusPort = null } : i)] } });

        var finding = world.Preflight().Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Field).ShouldBe((Reasons.InvalidSpec, "spec.instances[tikv-2].statusPort"));
    }

    [Fact]
    public void A_process_of_another_version_is_found_by_the_right_source()
    {
        Finds(Reasons.VersionMismatch, "pd-1", w => w["pd-1"].Installed = w["pd-1"].Running = "2.1.18");
        Finds(Reasons.VersionMismatch, "tikv-2", w => w.StoreOf("tikv-2").Version = "2.1.18");
        Finds(Reasons.VersionMismatch, "tidb-1", w => w["tidb-1"].Running = "2.1.18");
    }

    [Fact]
    public void A_program_that_was_replaced_without_a_restart_is_found() =>
        Finds(Reasons.VersionMismatch, "replaced without a restart", w => w["pd-2"].Installed = "2.1.20");

    [Fact]
    public void A_process_that_runs_the_target_already_is_taken_as_it_is()
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
    public void A_version_path_that_is_none_is_found() =>
        Finds(Reasons.VersionPathUnsupported, "2.0.0", w => w.Upgrade = w.Upgrade with { Spec = w.Upgrade.Spec with { FromVersion = "2.0.0" } }, others: true);

    [Fact]
    public void A_stray_process_is_found() => Finds(Reasons.ProcessLivesOn, "pid 77", w => w["tikv-1"].StrayPid = 77);

    [Fact]
    public void A_host_that_does_not_answer_is_found() =>
        Finds(Reasons.HostUnreachable, "192.0.2.3 does not answer", w => w.Unreachable.Add("192.0.2.3"), others: true);

    [Fact]
    public void A_package_that_is_not_there_is_found_unless_it_will_be_brought()
    {
        var setup = Whole with { PackagePresent = false };

        new TiDbWorld(setup).Preflight().Findings.ShouldBeEmpty();
        Finds(Reasons.PackageMissing, "192.0.2.2", w => w.Packages["192.0.2.2"] = false);
    }

    [Fact]
    public void A_package_of_another_version_is_found() =>
        Finds(Reasons.VersionMismatch, "3.0.8", w => w.Programs = (_, arguments) => arguments[0] == "/opt/tidb-v3.0.9/bin/tidb-server" && arguments[^1] == "-V" ? (0, "Release Version: v3.0.8") : null);

    [Fact]
    public void A_configuration_that_the_new_program_refuses_is_found() =>
        Finds(Reasons.ConfigurationInvalid, "unknown key", w => w.Programs = (_, arguments) => arguments.Contains("-config-check") && arguments.Contains("/opt/tidb-v3.0.9/bin/pd-server") ? (1, "unknown key x") : null);

    [Fact]
    public void A_configuration_check_that_ends_well_without_saying_so_is_a_refusal() =>
        Finds(Reasons.ConfigurationInvalid, "refuses", w => w.Programs = (_, arguments) => arguments.Contains("--config-check") ? (0, "") : null);

    [Fact]
    public void A_configuration_file_that_is_no_toml_or_not_there_is_found()
    {
        Finds(Reasons.ConfigurationInvalid, "line 1", w => w.Files[("192.0.2.1", "/data/tikv-1/conf/tikv.toml")] = "broken");
        Finds(Reasons.ConfigUnreadable, "conf/pd.toml", w => w.Files.Remove(("192.0.2.1", "/data/pd-1/conf/pd.toml")));
    }

    [Fact]
    public void The_login_is_needed() =>
        Finds(Reasons.SecretMissing, "username and password", w => w.Upgrade = w.Upgrade with { Spec = w.Upgrade.Spec with { Tidb = w.Upgrade.Spec.Tidb! with { CredentialsSecretRef = null } } });

    [Fact]
    public void A_database_of_the_backup_that_is_not_there_is_found() => Finds(Reasons.DatabaseNotFound, "ghosts", w =>
        w.Upgrade = w.Upgrade with { Spec = w.Upgrade.Spec with { Tidb = w.Upgrade.Spec.Tidb! with { Backup = w.Upgrade.Spec.Tidb!.Backup with { Databases = ["ghosts"] } } } });

    [Fact]
    public void An_answer_that_is_none_is_a_finding_and_hides_nothing_else()
    {
        var world = new TiDbWorld(Whole);
        world.Answers = (_, p, path) => p.Component == DatabaseComponent.PD && path == "/pd/api/v1/members" ? (200, "<html>no leader</html>") : null;
        world.Ddl.Add(new DdlJob("9", "orders", "", "create table", "none"));
        var findings = world.Preflight().Findings;

        findings.ShouldContain(f => f.Reason == Reasons.AnswerUnusable && f.Message.Contains("answered no JSON (", StringComparison.Ordinal) && !f.Message.Contains("<html>", StringComparison.Ordinal));
        findings.ShouldContain(f => f.Reason == Reasons.DdlRunning);
    }

    private static void Finds(string reason, string words, Action<TiDbWorld> disturb, bool others = false)
    {
        var world = new TiDbWorld(Whole);
        disturb(world);
        var findings = world.Preflight().Findings;
        findings.ShouldContain(f => f.Reason == reason && f.Message.Contains(words, StringComparison.Ordinal), string.Join("; ", findings.Select(f => $"{f.Reason}: {f.Message}")));
        if (!others)
        {
            findings.Select(f => f.Reason).Distinct().ShouldBe([reason], string.Join("; ", findings.Select(f => $"{f.Reason}: {f.Message}")));
        }
    }
}
