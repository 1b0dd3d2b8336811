using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class AutoFlagsTests(LabFixture lab) : YugabyteTest(lab)
{
    [Theory]
    [InlineData(
        "bmdb", "2.16.9.0-b67", "2.18.4.0-b52",
        "PromoteAutoFlags status: \nNew AutoFlags were promoted. Config version: 1\n",
        "PromoteAutoFlags status: \nNo new AutoFlags to promote\n")]
    [InlineData(
        "bmdb", "2.18.4.0-b52", "2.20.2.0-b10",
        "PromoteAutoFlags status: \nNew AutoFlags were promoted. Config version: 2\n",
        "PromoteAutoFlags status: \nNo new AutoFlags to promote\n")]
    [InlineData(
        "yugabyte", "2.18.4.0-b52", "2.20.2.0-b10",
        "PromoteAutoFlags completed successfully\nNew AutoFlags were promoted\nNew config version: 2\n",
        "PromoteAutoFlags completed successfully\nNo new AutoFlags eligible to promote\nCurrent config version: 2\n")]
    public async Task AutoFlags_promotion_prints_version_wording_and_repeats_as_no_op(
        string dialect, string from, string to, string first, string second)
    {
        await using var cluster = await StartAsync(
            new() { Naming = dialect == "bmdb" ? YugabyteNaming.Bmdb : YugabyteNaming.Yugabyte, Version = from });
        var hand = new ByHand(cluster, to);
        await cluster.InstallAsync(to, cancellationToken: Token);
        await hand.MastersAsync();
        await hand.TserversAsync();
        var before = cluster.State().AutoFlagsVersion;
        (await cluster.AdminAsync(to, ["get_auto_flags_config"], Token)).Output.ShouldStartWith(
            before == 0 ? "AutoFlags config:\n\n" : "AutoFlags config:\nconfig_version: 1\npromoted_flags {\n");

        (await hand.PromoteAsync()).ShouldBe(first);
        (await hand.PromoteAsync()).ShouldBe(second);

        (await ViolationsAsync(cluster)).ShouldBeEmpty();
        cluster.State().AutoFlagsVersion.ShouldBe(before + 1);
    }

    [Fact]
    public async Task New_cluster_has_AutoFlags_of_its_version()
    {
        await using var cluster = await StartAsync();

        (await AdminAsync(cluster, "promote_auto_flags")).ShouldEndWith("No new AutoFlags to promote\n");
        (await RefusedAsync(cluster, "promote_auto_flags", "kNothing")).Error
            .ShouldContain("Invalid value provided for max_flags_class");
        (await RefusedAsync(cluster, "rollback_auto_flags", "1")).Error
            .ShouldStartWith("Invalid operation: rollback_auto_flags");
    }

    [Fact]
    public async Task Old_processes_end_on_promotion_and_cannot_start()
    {
        await using var cluster = await StartAsync();
        await cluster.InstallAsync(New, cancellationToken: Token);
        await new ByHand(cluster, New).MastersAsync();
        var server = cluster.Tservers[0];

        await cluster.AdminAsync(New, ["promote_auto_flags"], Token);
        await cluster.UntilAsync("the old tablet servers to die", state => state.Tservers.All(each => !each.Up), Token);
        await cluster.LaunchAsync(server, Old, Token);
        await Deadline.UntilAsync(
            "its last words",
            async token => (await File.ReadAllTextAsync(server.Host.PathOf(server.OutputFile), token))
                .Split("Upgrade the process").Length > 2,
            cancellationToken: Token);

        var said = await File.ReadAllTextAsync(server.Host.PathOf(server.OutputFile), Token);
        said.ShouldContain(
            "is not found. Upgrade the process to a version that contains this AutoFlag. Current version: version "
            + "2.18.4.0 build 52 ");
        var violations = cluster.Directory.Violations();
        violations.Where(violation => violation.What == "AutoFlagsWithOldProcess")
            .Select(violation => violation.Field("when")).ShouldBe(["promotion", "promotion", "promotion", "start"]);

        await cluster.StartAsync(server, New, Token);
        await cluster.UntilAsync("the new one to live", state => state.Server(server.Name).Up, Token);
    }

    [Fact]
    public async Task Newer_program_without_a_promoted_AutoFlag_does_not_start()
    {
        const string From = "2.20.11.0-b34";
        const string To = "2024.1.6.0-b53";
        const string Flag = "xcluster_use_encoded_key_filter";
        await using var cluster = await StartAsync(new() { Version = From });
        await cluster.InstallAsync(To, cancellationToken: Token);
        var server = cluster.Tservers[0];
        async Task<string> ListAsync(string version) => (await server.Host.RunAsync(
            $"cat {cluster.DirectoryOf(version)}/bin/auto_flags.json", ct: Token)).OrThrow();
        (await ListAsync(From)).ShouldStartWith(
            """{"auto_flags":[{"program":"yb-master","flags":[{"name":"enable_automatic_tablet_splitting","class":1,"is_runtime":true},""");
        (await ListAsync(From)).ShouldContain($"\"{Flag}\"");
        (await ListAsync(To)).ShouldNotContain($"\"{Flag}\"");

        await cluster.StopAsync(server, Token);
        await cluster.LaunchAsync(server, To, Token);

        await Deadline.UntilAsync(
            "its last words",
            async token => (await File.ReadAllTextAsync(server.Host.PathOf(server.OutputFile), token)).Contains(
                $"AutoFlag '{Flag}' is not found.", StringComparison.Ordinal),
            cancellationToken: Token);
        cluster.Directory.Violations().ShouldContain(
            v => v.What == "AutoFlagsWithOldProcess" && v.Field("flag") == Flag && v.Field("when") == "start");
    }

    [Fact]
    public async Task Volatile_AutoFlags_can_be_rolled_back_but_persisted_cannot()
    {
        const string From = "2.20.2.0-b10";
        const string To = "2024.1.0.0-b129";
        await using var cluster = await StartAsync(new() { Version = From });
        var hand = new ByHand(cluster, To);
        await cluster.InstallAsync(To, cancellationToken: Token);
        await hand.MastersAsync();
        await hand.TserversAsync();

        (await cluster.AdminAsync(To, ["promote_auto_flags", "kLocalVolatile"], Token)).Output
            .ShouldContain("New config version: 2");
        (await cluster.AdminAsync(To, ["rollback_auto_flags", "1"], Token)).Output.ShouldBe(
            "RollbackAutoFlags completed successfully\nAutoFlags that were promoted after config version 1 were "
            + "successfully rolled back\nNew config version: 3\n");
        (await cluster.AdminAsync(To, ["rollback_auto_flags", "1"], Token)).Output
            .ShouldContain("No AutoFlags have been promoted since version 1");
        await new ByHand(cluster, From).TserversAsync();
        (await ViolationsAsync(cluster)).ShouldBeEmpty();

        await hand.TserversAsync();
        (await cluster.AdminAsync(To, ["promote_auto_flags"], Token)).Output.ShouldContain("New config version: 4");
        var refused = await cluster.AdminAsync(To, ["rollback_auto_flags", "3"], Token);
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("not volatile");
    }

    [Fact]
    public async Task Promoted_AutoFlag_has_its_value_once_applied()
    {
        await using var cluster = await StartAsync(new() { TimeFactor = 5 });
        await cluster.InstallAsync(New, cancellationToken: Token);
        var hand = new ByHand(cluster, New);
        await hand.MastersAsync();
        await hand.TserversAsync();

        await hand.PromoteAsync();
        (await LastOpAsync(cluster)).ShouldBe("false");

        await Deadline.UntilAsync(
            "it to be applied", async _ => await LastOpAsync(cluster) == "true", cancellationToken: Token);
    }

    private static async Task<string?> LastOpAsync(YugabyteCluster cluster) =>
        (await JsonAsync(cluster, cluster.Tservers[0], "/api/v1/varz")).GetProperty("flags").EnumerateArray()
            .Single(flag => flag.GetProperty("name").GetString() == "store_last_wal_op_log_ht")
            .GetProperty("value").GetString();
}
