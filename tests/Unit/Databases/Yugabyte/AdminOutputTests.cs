using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class AdminOutputTests
{
    [Fact]
    public void AutoFlags_configuration_version_is_parsed() =>
        AutoFlagsConfig.Parse(
            "AutoFlags config:\nconfig_version: 3\npromoted_flags {\n  process_name: \"yb-master\"\n}\n").Version
            .ShouldBe(3);

    [Fact]
    public void AutoFlags_configuration_never_written_has_version_0() =>
        AutoFlagsConfig.Parse("AutoFlags config:\n\n").Version.ShouldBe(0);

    [Theory]
    [InlineData("")]
    [InlineData("config_version: 3")]
    [InlineData("AutoFlags config:\npromoted_flags {\n}")]
    [InlineData("Error running get_auto_flags_config")]
    public void Invalid_AutoFlags_configuration_is_refused(string output) =>
        Should.Throw<AdminOutputException>(() => AutoFlagsConfig.Parse(output));

    [Theory]
    [InlineData("PromoteAutoFlags completed successfully\nNew AutoFlags were promoted\nNew config version: 2\n", true)]
    [InlineData(
        "PromoteAutoFlags completed successfully\nNo new AutoFlags eligible to promote\nCurrent config version: 1\n",
        false)]
    [InlineData("PromoteAutoFlags completed successfully\nNo new AutoFlags eligible to promote\n", false)]
    [InlineData("PromoteAutoFlags status: \nNew AutoFlags were promoted. Config version: 2\n", true)]
    [InlineData("PromoteAutoFlags status: \nNo new AutoFlags to promote\n", false)]
    public void AutoFlags_promotion_is_parsed_in_current_and_2_18_wording(string output, bool promoted)
    {
        var said = AutoFlagsPromotion.Parse(output);
        (said.Promoted, said.NeedsRestart).ShouldBe((promoted, false));
    }

    [Fact]
    public void AutoFlags_promotion_reports_required_restart() =>
        AutoFlagsPromotion.Parse(
            "PromoteAutoFlags completed successfully\nNew AutoFlags were promoted\nNew config version: 2\nAll "
            + "yb-master and yb-tserver processes need to be restarted in order to apply the promoted AutoFlags\n")
            .NeedsRestart.ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("New AutoFlags were promoted\nNew config version: 2")]
    [InlineData("PromoteAutoFlags completed successfully")]
    [InlineData("PromoteAutoFlags completed successfully\nNew AutoFlags were promoted")]
    [InlineData("PromoteAutoFlags status:\nsomething else")]
    public void AutoFlags_promotion_without_confirmation_is_refused(string output) =>
        Should.Throw<AdminOutputException>(() => AutoFlagsPromotion.Parse(output)).Message
            .ShouldContain("promote_auto_flags printed");

    [Theory]
    [InlineData(
        "RollbackAutoFlags completed successfully\nAutoFlags that were promoted after config version 1 were "
        + "successfully rolled back\nNew config version: 4\n",
        true)]
    [InlineData(
        "RollbackAutoFlags completed successfully\nNo AutoFlags have been promoted since version 1\nCurrent config "
        + "version: 1\n",
        false)]
    public void AutoFlags_rollback_output_is_parsed(string output, bool rolledBack) =>
        AdminOutput.AreFlagsRolledBack(output, 1).ShouldBe(rolledBack);

    [Fact]
    public void AutoFlags_rollback_to_another_version_is_refused() =>
        Should.Throw<AdminOutputException>(() => AdminOutput.AreFlagsRolledBack(
            "RollbackAutoFlags completed successfully\nNo AutoFlags have been promoted since version 2\n", 1));

    [Theory]
    [InlineData("YSQL successfully upgraded to the latest version\n", true)]
    [InlineData("BSQL successfully upgraded to the latest version\n", true)]
    [InlineData("Upgrade is not needed since YSQL is disabled\n", false)]
    [InlineData("Upgrade is not needed since BSQL is disabled\n", false)]
    public void Catalog_upgrade_output_is_parsed_in_both_dialects(string output, bool needed) =>
        CatalogUpgrade.Parse("upgrade_ysql", output).IsNeeded.ShouldBe(needed);

    [Theory]
    [InlineData("YSQL is not ready, initdb finished with an error: x", false)]
    [InlineData(
        "Catalog Version Mismatch: A DDL occurred while processing this query. Try again. (pgsql error 40001)", true)]
    [InlineData("MISMATCHED_SCHEMA: schema version mismatch", true)]
    [InlineData("Restart read required at: { read: { physical: 1 } }", true)]
    [InlineData("Couldn't find alive tablet server to connect to", true)]
    [InlineData("permission denied", false)]
    public void Passing_failures_of_catalog_upgrade_are_recognized(string printed, bool expected) =>
        CatalogUpgrade.IsPassing(printed).ShouldBe(expected);

    [Fact]
    public void Replication_pause_and_resume_outputs_are_told_apart()
    {
        AdminOutput.CheckReplication("Replication disabled successfully\n", enabled: false);
        AdminOutput.CheckReplication("Replication enabled successfully\n", enabled: true);
        Should.Throw<AdminOutputException>(
            () => AdminOutput.CheckReplication("Replication enabled successfully\n", enabled: false));
    }

    [Theory]
    [InlineData("1 Universe Replication Groups found: \n[repl_group1]\n", new[] { "repl_group1" })]
    [InlineData("2 Universe Replication Groups found: \n[a, b]\n", new[] { "a", "b" })]
    [InlineData("0 Universe Replication Groups found: \n[]\n", new string[0])]
    public void Replication_groups_in_brackets_are_parsed(string output, string[] expected) =>
        AdminOutput.Groups(AdminTool.Inbound, AdminOutput.InboundGroups, output).ShouldBe(expected);

    [Theory]
    [InlineData("2 Universe Replication Groups found: \n[a]\n")]
    [InlineData("[a]")]
    [InlineData("1 Universe Replication Groups found: \n")]
    public void Replication_list_with_wrong_count_is_refused(string output) =>
        Should.Throw<AdminOutputException>(
            () => AdminOutput.Groups(AdminTool.Inbound, AdminOutput.InboundGroups, output));

    [Theory]
    [InlineData("Idle = 1\n", true)]
    [InlineData("Idle = 0\n", false)]
    public void Load_balancer_idle_state_is_parsed(string output, bool expected) =>
        AdminOutput.IsBalancerIdle(output).ShouldBe(expected);

    [Fact]
    public void Unknown_load_balancer_state_is_refused() =>
        Should.Throw<AdminOutputException>(() => AdminOutput.IsBalancerIdle("Idle = maybe"));

    [Fact]
    public void Masters_are_parsed_with_state_and_role()
    {
        var masters = ListedMaster.Parse("""
            Master UUID                      	RPC Host/Port         	State    	Role    	Broadcast Host/Port
            aaaa 	10.0.0.1:7100         	ALIVE    	LEADER  	N/A
            bbbb 	10.0.0.2:7100         	ALIVE    	FOLLOWER	N/A
            cccc 	10.0.0.3:7100         	NETWORK_ERROR	UNKNOWN 	N/A
            """);
        masters.Select(m => (m.RpcAddress, m.IsAlive, m.IsLeader))
            .ShouldBe([("10.0.0.1:7100", true, true), ("10.0.0.2:7100", true, false), ("10.0.0.3:7100", false, false)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Master UUID RPC Host/Port State Role\n")]
    [InlineData("Master UUID RPC Host/Port State Role\naaaa 10.0.0.1:7100\n")]
    public void Master_list_without_masters_is_refused(string output) =>
        Should.Throw<AdminOutputException>(() => ListedMaster.Parse(output));

    [Theory]
    [InlineData(
        " 3. are_nodes_safe_to_take_down <server_uuids> [follower_lag_bound_ms]\n", nameof(NodesSafeForm.Servers))]
    [InlineData(
        " 3. are_nodes_safe_to_take_down <tserver_uuids|NONE> <master_uuids|NONE> <follower_lag_bound_ms>\n",
        nameof(NodesSafeForm.TserversAndMasters))]
    [InlineData("  * list_tables\n", nameof(NodesSafeForm.Absent))]
    public void Form_of_are_nodes_safe_is_read_from_help(string output, string expected) =>
        AdminHelp.Parse(output).NodesSafeForm.ShouldBe(Enum.Parse<NodesSafeForm>(expected));

    [Fact]
    public void Commands_are_found_in_help_of_old_and_new_tools()
    {
        AdminHelp.Parse(
            "yb-admin: <usage>\n<operation> must be one of:\n 1. change_config <tablet_id>\n 2. upgrade_ysql "
            + "[use_single_connection]\n").Has("upgrade_ysql").ShouldBeTrue();
        AdminHelp.Parse("Operations (2):\n  1. change_config <tablet_id>\n  2. upgrade_ysql\n")
            .Has("upgrade_ysql").ShouldBeTrue();
        AdminHelp.Parse("command not found").IsKnown.ShouldBeFalse();
    }
}
