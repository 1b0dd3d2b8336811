using Drydock.Lab.Databases;
using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class AdminToolTests(LabFixture lab) : YugabyteTest(lab)
{
    [Fact]
    public async Task Admin_tool_lists_have_vendor_columns()
    {
        await using var cluster = await StartAsync();

        var masters = (await AdminAsync(cluster, "list_all_masters")).TrimEnd('\n').Split('\n');
        masters[0].ShouldBe(
            "Master UUID                      \tRPC Host/Port        \tState    \tRole \tBroadcast Host/Port ");
        masters.Length.ShouldBe(4);
        masters.Skip(1).Select(line => line.Split('\t')[2].Trim()).ShouldAllBe(state => state == "ALIVE");
        masters.Count(line => line.Split('\t')[3].Trim() == "LEADER").ShouldBe(1);

        var servers = (await AdminAsync(cluster, "list_all_tablet_servers")).TrimEnd('\n').Split('\n');
        servers[0].ShouldBe(
            "Tablet Server UUID               RPC Host/Port Heartbeat delay Status   Reads/s  Writes/s Uptime   SST "
            + "total size  SST uncomp size SST #files      Memory   Broadcast Host/Port ");
        servers[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].ShouldBe(cluster.Tservers[0].RpcAddress);
    }

    [Fact]
    public async Task Admin_tool_reports_unknown_commands_with_exit_code_1()
    {
        await using var cluster = await StartAsync(new() { Naming = YugabyteNaming.Bmdb });

        (await RefusedAsync(cluster, "upgrade_ysql")).Error.ShouldStartWith("Invalid operation: upgrade_ysql\n");
        (await RefusedAsync(cluster, "upgrade_ysql")).Error.ShouldContain("upgrade_bsql");
        (await RefusedAsync(cluster, "-nonsense", "1", "list_all_masters")).Error
            .ShouldBe("ERROR: unknown command line flag 'nonsense'\n");
        (await RefusedAsync(cluster, "change_leader_blacklist", "MAYBE", "a:1")).Error
            .ShouldContain("Invalid arguments for operation");
        (await cluster.Hosts[0].RunAsync($"{cluster.FirstDirectory}/bin/bm-admin --version", ct: Token)).Output
            .ShouldStartWith("version 2.18.4.0 build 52 revision ");
        cluster.Directory.Record().Count(entry => entry.Event == "cli"
            && entry.What.StartsWith("upgrade_ysql", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Admin_tool_needs_leader_among_given_masters()
    {
        await using var cluster = await StartAsync();
        var leader = Leader(cluster);
        var follower = Follower(cluster);
        var program = $"{cluster.FirstDirectory}/bin/yb-admin";

        (await cluster.Hosts[1].RunAsync(
            $"{program} --master_addresses {leader.RpcAddress} list_all_masters", ct: Token)).ExitCode.ShouldBe(0);
        var refused = await cluster.Hosts[1].RunAsync(
            $"{program} --master_addresses {follower.RpcAddress} list_all_masters", ct: Token);

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("Could not locate the leader master");
    }

    [Fact]
    public async Task Admin_tool_needs_certificate_directory_with_tls()
    {
        await using var cluster = await StartAsync(new() { Tls = true });
        var program = $"{cluster.FirstDirectory}/bin/yb-admin --master_addresses {cluster.MasterAddresses}";

        (await AdminAsync(cluster, "list_all_masters")).ShouldContain("LEADER");
        (await cluster.Hosts[0].RunAsync($"{program} list_all_masters", ct: Token)).Error
            .ShouldContain("missing --certs_dir_name");
        var nowhere = await cluster.Hosts[0].RunAsync(
            $"{program} --certs_dir_name /data/nowhere list_all_masters", ct: Token);
        nowhere.ExitCode.ShouldBe(1);
        nowhere.Error.ShouldContain("/data/nowhere: No such file or directory");
        // And followers proxy over TLS too.
        (await JsonAsync(cluster, Follower(cluster), "/api/v1/masters")).GetProperty("masters").GetArrayLength()
            .ShouldBe(3);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Rpc_and_web_have_tls_independently(bool rpc, bool web)
    {
        await using var cluster = await StartAsync(new() { Tls = rpc, WebTls = web });

        (await AdminAsync(cluster, "list_all_masters")).ShouldContain("LEADER");
        (await JsonAsync(cluster, Follower(cluster), "/api/v1/masters")).GetProperty("masters").GetArrayLength()
            .ShouldBe(3);
        (await cluster.VersionOfAsync(cluster.Tservers[0], Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Programs_without_post_install_do_not_start()
    {
        await using var cluster = await StartAsync();
        await cluster.InstallAsync(New, postInstall: false, cancellationToken: Token);
        var directory = cluster.DirectoryOf(New);

        var refused = await cluster.Hosts[0].RunAsync($"{directory}/bin/yb-admin --version", ct: Token);
        refused.ExitCode.ShouldBe(127);
        refused.Error.ShouldContain("error while loading shared libraries");

        (await cluster.Hosts[0].RunAsync(
            $"{directory}/bin/post_install.sh && {directory}/bin/yb-admin --version", ct: Token)).OrThrow()
            .ShouldContain("2.20.2.0");
        (await cluster.Hosts[0].RunAsync(
            $"mv {directory} {directory}.moved && {directory}.moved/bin/yb-tserver --version", ct: Token)).ExitCode
            .ShouldBe(127);
    }

    [Fact]
    public async Task Admin_tool_faults_lie_fail_or_lose_answer()
    {
        await using var cluster = await StartAsync();
        var address = cluster.Tservers[0].RpcAddress;
        await cluster.Directory.SetFaultsAsync(
        [
            new StandinFault { Id = "lie", Process = "*", On = "cli:change_leader_blacklist", Do = "ignore" },
            new StandinFault
            {
                Id = "fail",
                Process = "*",
                On = "cli:change_leader_blacklist",
                Do = "fail",
                Body = "Error running change_leader_blacklist: Master config has no leader"
            },
            new StandinFault { Id = "lose", Process = "*", On = "cli:change_leader_blacklist", Do = "lose" },
            new StandinFault { Id = "old", Process = "*", On = "cli:get_universe_config", Do = "unknown" },
        ], Token);

        (await AdminAsync(cluster, "change_leader_blacklist", "ADD", address)).ShouldBeEmpty();
        cluster.State().LeaderBlacklist.ShouldBeEmpty();
        (await RefusedAsync(cluster, "change_leader_blacklist", "ADD", address)).Error
            .ShouldContain("Master config has no leader");
        (await cluster.AdminAsync("change_leader_blacklist", "ADD", address)).ExitCode.ShouldNotBe(0);
        cluster.State().LeaderBlacklist.ShouldBe(["tserver-1"]);
        (await RefusedAsync(cluster, "get_universe_config")).Error.ShouldStartWith("Invalid operation");
        (await AdminAsync(cluster, "get_universe_config")).ShouldContain("clusterUuid");
    }

    [Fact]
    public async Task Are_nodes_safe_arguments_follow_the_version()
    {
        await using var cluster = await StartAsync(new() { Version = "2025.1.0.0-b100" });
        await cluster.InstallAsync("2025.2.0.0-b116", cancellationToken: Token);
        var state = cluster.State();
        var (first, second) = (state.Tservers[0].Uuid, state.Tservers[1].Uuid);

        await AdminAsync(cluster, "are_nodes_safe_to_take_down", first, state.Masters[0].Uuid, "1000");
        (await RefusedAsync(cluster, "are_nodes_safe_to_take_down", $"{first},{second}", "NONE", "1000")).Error
            .ShouldContain("tablet(s) would be under-replicated");
        (await cluster.AdminAsync(
            "2025.2.0.0-b116", ["are_nodes_safe_to_take_down", $"{first},{state.Masters[0].Uuid}"], Token)).ExitCode
            .ShouldBe(0);
        (await cluster.AdminAsync("2025.2.0.0-b116", ["are_nodes_safe_to_take_down", $"{first},{second}"], Token)).Error
            .ShouldContain("would not have enough replicas for quorum");
        (await cluster.AdminAsync("2025.2.0.0-b116", ["are_nodes_safe_to_take_down", "nobody"], Token)).Error
            .ShouldContain("Unknown server UUID");

        await using var old = await StartAsync();
        (await RefusedAsync(old, "are_nodes_safe_to_take_down", "NONE", "NONE", "1000")).Error
            .ShouldStartWith("Invalid operation");
    }
}
