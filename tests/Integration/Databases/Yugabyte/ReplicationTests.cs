using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ReplicationTests(LabFixture lab) : YugabyteTest(lab)
{
    private const string Group = "repl_group1";

    [Fact]
    public async Task Replication_group_paused_and_resumed_at_target_catches_up()
    {
        var (source, target) = await StartPairAsync(new() { Version = "2.20.2.0-b10" });
        await using var one = source;
        await using var other = target;
        (await AdminAsync(target, "list_universe_replications"))
            .ShouldBe($"1 Universe Replication Groups found: \n[{Group}]\n");
        (await AdminAsync(source, "list_universe_replications"))
            .ShouldBe("0 Universe Replication Groups found: \n[]\n");
        (await AdminAsync(target, "get_replication_status", Group)).ShouldContain("statuses {\n  table_id: \"");

        (await AdminAsync(target, "set_universe_replication_enabled", Group, "0"))
            .ShouldBe("Replication disabled successfully\n");
        (await AdminAsync(target, "get_universe_config")).ShouldContain("\"disableStream\":true");
        (await target.EndCheckAsync(Token)).Select(violation => violation.What).ShouldBe(["ReplicationLeftPaused"]);
        await Deadline.UntilAsync(
            "it to fall behind",
            async _ => (await AdminAsync(target, "get_xcluster_safe_time", "include_lag_and_skew")).Split(
                "\"safe_time_lag_sec\": \"")[1] is var lag
                && double.Parse(lag.Split('"')[0], System.Globalization.CultureInfo.InvariantCulture) > 30,
            cancellationToken: Token);
        var stream = (await AdminAsync(target, "list_cdc_streams")).Split("stream_id: \"")[1].Split('"')[0];
        (await AdminAsync(target, "wait_for_replication_drain", stream))
            .ShouldStartWith("Found undrained replications:\n- Under Stream " + stream);

        (await AdminAsync(target, "set_universe_replication_enabled", Group, "1"))
            .ShouldBe("Replication enabled successfully\n");
        await Deadline.UntilAsync(
            "it to have caught up",
            async _ =>
                await AdminAsync(target, "wait_for_replication_drain", stream) == "All replications are caught-up.\n",
            cancellationToken: Token);
        (await RefusedAsync(target, "set_universe_replication_enabled", "other", "0")).Output
            .ShouldContain("Could not find CDC producer universe: other");
    }

    [Fact]
    public async Task Source_finalized_first_stops_replication_until_target_follows()
    {
        const string From = "2.20.2.0-b10";
        const string To = "2024.1.0.0-b129";
        var (source, target) = await StartPairAsync(new() { Version = From });
        await using var one = source;
        await using var other = target;

        await new ByHand(source, To).UpgradeAsync();
        await Deadline.UntilAsync(
            "the mismatch to be seen",
            async _ => (await AdminAsync(target, "get_replication_status")).Contains(
                "AUTO_FLAG_CONFIG_VERSION_MISMATCH", StringComparison.Ordinal),
            cancellationToken: Token);
        await new ByHand(target, To).UpgradeAsync();

        (await target.AdminAsync(To, ["get_replication_status"], Token)).Output.ShouldNotContain("errors");
        (await ViolationsAsync(source)).ShouldBeEmpty();
        (await ViolationsAsync(target)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Bidirectional_replication_has_two_groups_and_reports_errors()
    {
        var (first, second) = await StartPairAsync(new() { Naming = YugabyteNaming.Bmdb }, bothWays: true);
        await using var one = first;
        await using var other = second;
        second.SetKnobs(new()
        {
            ReplicationErrors =
                new Dictionary<string, string>(StringComparer.Ordinal) { [Group] = "REPLICATION_MISSING_OP_ID" }
        });

        (await AdminAsync(first, "list_universe_replications")).ShouldContain(Group);
        (await AdminAsync(second, "get_replication_status")).ShouldContain("    error: REPLICATION_MISSING_OP_ID\n");
        (await JsonAsync(first, Follower(first), "/api/v1/cluster-config"))
            .GetProperty("consumer_registry").GetProperty("producer_map")[0].GetProperty("key").GetString()
            .ShouldBe(Group);
    }
}
