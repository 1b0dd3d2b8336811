using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class RollingUpgradeTests(LabFixture lab) : YugabyteTest(lab)
{
    [Theory]
    [InlineData("yugabyte", YugabyteControl.Process, Old, New)]
    [InlineData("yugabyte", YugabyteControl.Systemd, Old, New)]
    [InlineData("bmdb", YugabyteControl.Process, "2.16.9.0-b67", "2.18.4.0-b52")]
    [InlineData("bmdb", YugabyteControl.Scripts, Old, New)]
    [InlineData("bmdb", YugabyteControl.Supervise, Old, New)]
    public async Task Manual_runbook_upgrade_causes_no_violation_or_client_error(
        string dialect, YugabyteControl control, string from, string to)
    {
        await using var cluster = await StartAsync(new()
        {
            Naming = dialect == "bmdb" ? YugabyteNaming.Bmdb : YugabyteNaming.Yugabyte,
            Control = control,
            Version = from
        });
        var flags = cluster.State().AutoFlagsVersion;
        var client = await cluster.StartClientAsync();

        await new ByHand(cluster, to).UpgradeAsync();
        await client.StopAsync();

        (await ViolationsAsync(cluster)).ShouldBeEmpty();
        var state = cluster.State();
        state.Masters.Concat(state.Tservers)
            .ShouldAllBe(server => server.Version == to && server.Up && server.Starts == 2);
        state.AutoFlagsVersion.ShouldBe(flags + 1);
        state.CatalogUpgradedTo.ShouldBe(to);
        state.LeaderBlacklist.ShouldBeEmpty();
        var seconds = cluster.Directory.Client();
        seconds.Sum(second => second.Ok).ShouldBeGreaterThan(20);
        seconds.Sum(second => second.Failed)
            .ShouldBe(0, string.Join(", ", seconds.SelectMany(second => second.Errors)));
    }

    [Fact]
    public async Task Upgrade_of_five_tablet_servers_with_tls_succeeds()
    {
        await using var cluster = await StartAsync(new() { Tservers = 5, Tls = true });

        await new ByHand(cluster, New).UpgradeAsync();

        (await ViolationsAsync(cluster)).ShouldBeEmpty();
        cluster.State().Tservers.ShouldAllBe(server => server.Version == New);
    }

    [Fact]
    public async Task Two_equal_upgrades_end_in_equal_state()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();

        await new ByHand(one, New).UpgradeAsync();
        await new ByHand(other, New).UpgradeAsync();

        one.State().ToString().ShouldBe(other.State().ToString());
    }

    [Fact]
    public async Task Rollback_to_old_binaries_works_before_AutoFlags_promotion()
    {
        const string From = "2.20.2.0-b10";
        const string To = "2024.1.0.0-b129";
        await using var cluster = await StartAsync(new() { Version = From });
        var forth = new ByHand(cluster, To);
        await cluster.InstallAsync(To, cancellationToken: Token);
        await forth.MastersAsync();
        await forth.TserversAsync();

        var back = new ByHand(cluster, From);
        await back.TserversAsync();
        await back.MastersAsync();

        (await ViolationsAsync(cluster)).ShouldBeEmpty();
        cluster.State().Masters.ShouldAllBe(server => server.Version == From);
    }

    [Fact]
    public async Task Master_leader_stopped_first_is_a_violation()
    {
        await using var cluster = await StartAsync();
        await cluster.InstallAsync(New, cancellationToken: Token);

        await new ByHand(cluster, New).SwapAsync(Leader(cluster));

        (await ViolationsAsync(cluster)).ShouldBe(["LeaderMasterStoppedBeforeFollowers"]);
    }

    [Fact]
    public async Task Master_after_stepdown_can_be_stopped_without_violation()
    {
        await using var cluster = await StartAsync();
        await cluster.InstallAsync(New, cancellationToken: Token);
        var leader = Leader(cluster);

        await AdminAsync(cluster, "master_leader_stepdown");
        await cluster.UntilAsync(
            "another leader", state => state.Leader is not null && state.Leader != leader.Name, Token);
        await new ByHand(cluster, New).SwapAsync(leader);

        (await ViolationsAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_stopped_masters_lose_the_quorum()
    {
        await using var cluster = await StartAsync();

        await cluster.StopAsync(cluster.Masters[0], Token);
        await cluster.StopAsync(cluster.Masters[1], Token);

        await cluster.UntilAsync("the leader to be lost", state => state.Leader is null, Token);
        (await ViolationsAsync(cluster)).ShouldBe(["QuorumLost", "TwoMastersDown"]);
    }

    [Fact]
    public async Task Two_stopped_tablet_servers_with_leaders_are_violations()
    {
        await using var cluster = await StartAsync();

        await cluster.StopAsync(cluster.Tservers[0], Token);
        await cluster.StopAsync(cluster.Tservers[1], Token);

        (await ViolationsAsync(cluster))
            .ShouldBe(["TabletMajorityLost", "TserverStoppedWithLeaders", "TwoTserversDown", "UnderReplicatedStop"]);
        var counted = cluster.Directory.Violations().First(violation => violation.What == "TserverStoppedWithLeaders");
        int.Parse(counted.Field("count") ?? "", System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Stop_before_previous_server_caught_up_is_a_violation()
    {
        await using var cluster = await StartAsync(new() { Knobs = new() { CatchUpSeconds = 3600 } });
        await cluster.InstallAsync(New, cancellationToken: Token);
        var hand = new ByHand(cluster, New);
        await hand.MastersAsync();
        await hand.DrainAsync(cluster.Tservers[0]);
        await cluster.StopAsync(cluster.Tservers[0], Token);
        // More than a minute of the original.
        await Deadline.UntilAsync(
            "the server to be called dead",
            async token => (await cluster.GetAsync(Leader(cluster), "/api/v1/tablet-servers", token)).Body.Contains(
                "DEAD", StringComparison.Ordinal),
            cancellationToken: Token);
        await cluster.StartAsync(cluster.Tservers[0], New, Token);
        await AdminAsync(cluster, "change_leader_blacklist", "REMOVE", cluster.Tservers[0].RpcAddress);

        await AdminAsync(cluster, "change_leader_blacklist", "ADD", cluster.Tservers[1].RpcAddress);
        await cluster.UntilAsync("the leaders to leave", state => LeadersOf(state, cluster.Tservers[1]) == 0, Token);
        await cluster.StopAsync(cluster.Tservers[1], Token);

        cluster.Directory.Violations().Select(violation => violation.What).ShouldBe(["UnderReplicatedStop"]);
    }

    [Fact]
    public async Task Restart_in_same_version_is_a_violation_except_after_crash()
    {
        await using var cluster = await StartAsync();
        var follower = Follower(cluster);

        await cluster.KillAsync(follower, Token);
        await cluster.StartAsync(follower, cluster.Options.Version, Token);
        (await ViolationsAsync(cluster)).ShouldBeEmpty();

        await cluster.StopAsync(follower, Token);
        await cluster.StartAsync(follower, cluster.Options.Version, Token);
        (await ViolationsAsync(cluster)).ShouldBe(["RestartedForNothing"]);
    }

    [Fact]
    public async Task Tablet_server_upgraded_before_masters_is_a_violation()
    {
        await using var cluster = await StartAsync();
        await cluster.InstallAsync(New, cancellationToken: Token);
        var hand = new ByHand(cluster, New);

        await hand.DrainAsync(cluster.Tservers[0]);
        await hand.SwapAsync(cluster.Tservers[0]);
        await hand.UndrainAsync(cluster.Tservers[0]);

        (await ViolationsAsync(cluster)).ShouldBe(["TserverNewerThanMaster"]);
    }

    [Fact]
    public async Task Leftover_blacklist_entry_is_a_violation()
    {
        await using var cluster = await StartAsync(new() { Tservers = 5 });

        await AdminAsync(cluster, "change_leader_blacklist", "ADD", cluster.Tservers[0].RpcAddress);
        cluster.Directory.Violations().ShouldBeEmpty();
        await AdminAsync(cluster, "change_leader_blacklist", "ADD", cluster.Tservers[1].RpcAddress);
        cluster.Directory.Violations().Count.ShouldBe(1);

        (await cluster.EndCheckAsync(Token)).Select(violation => violation.What)
            .ShouldBe(["BlacklistLeaked", "BlacklistLeaked", "BlacklistLeaked"]);
    }
}
