using System.Diagnostics;
using Drydock.Clients.Ssh;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class AdminToolTests
{
    [Fact]
    public async Task Admin_tool_gets_masters_time_limit_and_certificates()
    {
        var host = new RecordingHost("AutoFlags config:\nconfig_version: 1\n");
        await Tool(host, certs: "/certs").AutoFlagsAsync(default);
        host.Commands.ShouldHaveSingleItem().ShouldBe([
            "/new/bin/yb-admin", "--master_addresses", "a:7100,b:7100,c:7100", "--timeout_ms", "60000",
            "--certs_dir_name", "/certs", "get_auto_flags_config"]);
    }

    [Fact]
    public async Task Catalog_upgrade_has_the_given_time_limit()
    {
        var host = new RecordingHost("BSQL successfully upgraded to the latest version\n");
        await Tool(host, DatabaseEngine.BMDB).UpgradeCatalogAsync(TimeSpan.FromMinutes(3), default);
        host.Commands[0].ShouldBe([
            "/new/bin/yb-admin", "-mserver_addresses", "a:7100,b:7100,c:7100", "-timeout_ms", "180000",
            "upgrade_bsql"]);
    }

    [Fact]
    public async Task Client_certificate_follows_directory_of_certificates()
    {
        var host = new RecordingHost("AutoFlags config:\nconfig_version: 1\n");
        await Tool(host, certs: "/certs", node: "10.0.0.1").AutoFlagsAsync(default);
        host.Commands[0].Skip(5)
            .ShouldBe(["--certs_dir_name", "/certs", "--client_node_name", "10.0.0.1", "get_auto_flags_config"]);
    }

    [Theory]
    [InlineData("Version:7\n", 7)]
    [InlineData("Version: 12\n", 12)]
    public async Task Catalog_version_is_read(string printed, long expected)
    {
        var host = new RecordingHost(printed);
        (await Tool(host).CatalogVersionAsync(default)).ShouldBe(expected);
        host.Commands[0][^1].ShouldBe("ysql_catalog_version");
    }

    [Fact]
    public async Task Highest_AutoFlag_class_is_promoted_without_argument()
    {
        var host = new RecordingHost("PromoteAutoFlags completed successfully\nNo new AutoFlags eligible to promote\n");
        await Tool(host).PromoteAutoFlagsAsync(AutoFlagClass.External, default);
        await Tool(host).PromoteAutoFlagsAsync(AutoFlagClass.LocalVolatile, default);
        host.Commands.Select(c => string.Join(' ', c.Skip(5)))
            .ShouldBe(["promote_auto_flags", "promote_auto_flags kLocalVolatile"]);
    }

    [Theory]
    [InlineData(nameof(NodesSafeForm.Servers), "are_nodes_safe_to_take_down t,m 60000")]
    [InlineData(nameof(NodesSafeForm.TserversAndMasters), "are_nodes_safe_to_take_down t m 60000")]
    public async Task NodesSafe_command_follows_the_form_of_the_tool(string form, string expected)
    {
        var host = new RecordingHost("");
        (await Tool(host).NodesSafeProblemAsync(
            Enum.Parse<NodesSafeForm>(form), ["t"], ["m"], TimeSpan.FromMinutes(1), default)).ShouldBeNull();
        string.Join(' ', host.Commands[0].Skip(5)).ShouldBe(expected);
    }

    [Fact]
    public async Task NodesSafe_refusal_is_returned_as_problem()
    {
        var host = new RecordingHost(
            "", 1, "Error running are_nodes_safe_to_take_down: Illegal state: 3 tablet(s) would be under-replicated");
        (await Tool(host).NodesSafeProblemAsync(
                NodesSafeForm.TserversAndMasters, ["t"], [], TimeSpan.FromMinutes(1), default))
            .ShouldBeWorded();
        string.Join(' ', host.Commands[0].Skip(5)).ShouldBe("are_nodes_safe_to_take_down t NONE 60000");
    }

    [Fact]
    public async Task NodesSafe_command_that_the_tool_does_not_know_is_no_verdict()
    {
        var host = new RecordingHost(
            "", 1, "Invalid operation: are_nodes_safe_to_take_down\n<operation> must be one of:\n 1. list_tables\n");
        var thrown = await Should.ThrowAsync<AdminToolException>(() => Tool(host).NodesSafeProblemAsync(
            NodesSafeForm.TserversAndMasters, ["t"], [], TimeSpan.FromMinutes(1), default));
        thrown.Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Admin_tool_error_hides_secrets_of_output()
    {
        var host = new RecordingHost("", 1, "token hunter2 refused");
        var thrown = await Should.ThrowAsync<AdminToolException>(() => Tool(host).AutoFlagsAsync(default));
        thrown.Message.ShouldBeWorded();
        thrown.Message.ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("Error running change_leader_blacklist: Illegal state: Master config has no leader", true)]
    [InlineData("Unable to establish connection to leader master at [a:7100]. Please verify the addresses", true)]
    [InlineData("Invalid arguments for operation", false)]
    public async Task Missing_leader_marks_request_as_not_taken(string printed, bool expected)
    {
        var thrown = await Should.ThrowAsync<AdminToolException>(() => Tool(new RecordingHost("", 1, printed))
            .ChangeLeaderBlacklistAsync(new ServiceAddress("t", 9100), add: true, default));
        thrown.IsRequestNotTaken.ShouldBe(expected);
    }

    [Fact]
    public async Task Exit_code_0_with_unexpected_output_is_refused() =>
        (await Should.ThrowAsync<AdminToolException>(
                () => Tool(new RecordingHost("done\n")).SetReplicationEnabledAsync("g", enabled: false, default)))
            .Message.ShouldBeWorded();

    [Fact]
    public async Task Running_catalog_upgrade_is_searched_without_matching_the_search()
    {
        var host = new RecordingHost("");
        (await Tool(host).IsUpgradingCatalogAsync(default)).ShouldBeTrue();
        host.Commands[0][^1].ShouldBe("yb-admin .*[u]pgrade_ysql");
    }

    [Fact]
    public async Task Processes_that_cannot_be_searched_are_not_taken_for_none() =>
        (await Should.ThrowAsync<AdminToolException>(
                () => Tool(new RecordingHost("", 3)).IsUpgradingCatalogAsync(default)))
            .Message.ShouldBeWorded();

    [Fact]
    public async Task Running_catalog_upgrade_is_found_without_pgrep()
    {
        var host = new RecordingHost("");
        await Tool(host).IsUpgradingCatalogAsync(default);
        string[] search = [.. host.Commands[0]];

        using var admin = Process.Start(
            "bash", ["-c", "exec -a '/new/bin/yb-admin --timeout_ms 1 upgrade_ysql' sleep 60"]);
        (await SearchAsync(search)).ShouldBe(0);
        admin.Kill();
        await admin.WaitForExitAsync();
        (await SearchAsync(search)).ShouldBe(1);
    }

    [Fact]
    public void Command_is_complete_for_administrators() =>
        Call(certs: "/certs").Release("t:9100")
            .ShouldBe(
                "/new/bin/yb-admin --master_addresses a:7100,b:7100,c:7100 --certs_dir_name /certs "
                + "change_leader_blacklist REMOVE t:9100");

    private static async Task<int> SearchAsync(string[] command)
    {
        using var search = Process.Start(command[0], command[1..]);
        await search.WaitForExitAsync();
        return search.ExitCode;
    }

    private static AdminTool Tool(
        RecordingHost host, DatabaseEngine engine = DatabaseEngine.YugabyteDB, string? certs = null,
        string? node = null) =>
        new(
            host,
            Call(engine, certs, node),
            text => text.Replace("hunter2", "***", StringComparison.Ordinal));

    private static AdminCommand Call(
        DatabaseEngine engine = DatabaseEngine.YugabyteDB, string? certs = null, string? node = null) =>
        new(
            "/new/bin/yb-admin",
            YugabyteVocabulary.Of(new DatabaseRollingUpgradeSpec { Engine = engine }),
            "a:7100,b:7100,c:7100",
            certs,
            node);
}
