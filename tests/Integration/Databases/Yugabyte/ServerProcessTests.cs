using Drydock.Lab.Databases;
using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ServerProcessTests(LabFixture lab) : YugabyteTest(lab)
{
    [Fact]
    public async Task Server_that_ignores_signal_prevents_successor_start()
    {
        await using var cluster = await StartAsync();
        await cluster.InstallAsync(New, cancellationToken: Token);
        var follower = Follower(cluster);
        await cluster.Directory.SetFaultsAsync(
            [new StandinFault { Id = "deaf", Process = follower.Name, On = "stop", Do = "ignore" }], Token);

        (await follower.Host.RunAsync("pkill -TERM -x yb-master", asRoot: true, Token)).OrThrow();
        await Deadline.UntilAsync(
            "it to have heard the signal",
            _ => Task.FromResult(cluster.Directory.Record().Any(entry => entry.Event == "fault")),
            cancellationToken: Token);

        // The lock must outlive the garbage collections of a server that has worked for a while.
        for (var request = 0; request < 200; request++)
        {
            await cluster.GetAsync(follower, "/metrics", Token);
        }

        await cluster.LaunchAsync(follower, New, Token);

        await Deadline.UntilAsync(
            "the successor's last words",
            async token => (await File.ReadAllTextAsync(follower.Host.PathOf(follower.OutputFile), token)).Contains(
                "Could not lock instance file", StringComparison.Ordinal),
            cancellationToken: Token);
        (await cluster.VersionOfAsync(follower, Token)).ShouldBe(Old);
        (await ViolationsAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Crashing_unit_is_restarted_repeatedly()
    {
        await using var cluster = await StartAsync(new() { Control = YugabyteControl.Systemd });
        await cluster.InstallAsync(New, cancellationToken: Token);
        var follower = Follower(cluster);
        await cluster.StopAsync(follower, Token);
        await cluster.Directory.SetFaultsAsync(
            [new StandinFault
            {
                Id = "loop",
                Process = follower.Name,
                On = "start",
                Do = "crash-later",
                Times = -1,
                Delay = "300ms"
            }],
            Token);

        await cluster.StartAsync(follower, New, Token);

        await cluster.UntilAsync(
            "it to have been started several times", state => state.Server(follower.Name).Starts > 3, Token);
        await cluster.Directory.ClearFaultsAsync(Token);
        await cluster.UntilAsync("it to stay", state => state.Server(follower.Name).Up, Token);
    }

    [Fact]
    public async Task Frozen_or_isolated_server_is_away_and_returns()
    {
        await using var cluster = await StartAsync();
        var follower = Follower(cluster);

        await cluster.FreezeAsync(follower, frozen: true, Token);
        await cluster.UntilAsync("it to be missed", state => !state.Server(follower.Name).Up, Token);
        await cluster.FreezeAsync(follower, frozen: false, Token);
        await cluster.UntilAsync("it to be back", state => state.Server(follower.Name).Up, Token);

        await follower.Host.CutAsync();
        await cluster.UntilAsync(
            "both of the host to be missed",
            state => !state.Server(follower.Name).Up && state.Tservers.Count(server => !server.Up) == 1, Token);
        await follower.Host.MendAsync();
        await cluster.UntilAsync(
            "all to be back", state => state.Masters.Concat(state.Tservers).All(server => server.Up), Token);
        (await ViolationsAsync(cluster)).ShouldBeEmpty();
        cluster.State().Server(follower.Name).Starts.ShouldBe(1);
    }

    [Fact]
    public async Task Client_counts_errors_of_killed_tablet_leader()
    {
        await using var cluster = await StartAsync(new() { Knobs = new() { TabletElectionSeconds = 300 } });
        var client = await cluster.StartClientAsync(50);
        await Deadline.UntilAsync(
            "it to work", _ => Task.FromResult(cluster.Directory.Client().Count > 0), cancellationToken: Token);

        await cluster.KillAsync(cluster.Tservers[0], Token);
        await Deadline.UntilAsync(
            "it to suffer", _ => Task.FromResult(cluster.Directory.Client().Sum(second => second.Failed) > 0),
            cancellationToken: Token);
        await cluster.UntilAsync("the tablets to be led", state => LeadersOf(state, cluster.Tservers[0]) == 0, Token);
        await client.StopAsync();

        var seconds = cluster.Directory.Client();
        seconds.First(second => second.Failed > 0).Errors.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Every_call_and_start_is_recorded()
    {
        await using var cluster = await StartAsync();
        await cluster.GetAsync(cluster.Tservers[0], "/api/v1/health-check", Token);

        var record = cluster.Directory.Record();

        record.Where(entry => entry.Event == "start").Select(entry => entry.Process).Order(StringComparer.Ordinal)
            .ShouldBe(["master-1", "master-2", "master-3", "tserver-1", "tserver-2", "tserver-3"]);
        record.ShouldContain(entry => entry.Process == "tserver-1" && entry.Event == "http"
            && entry.What == "GET /api/v1/health-check" && entry.Status == 200);
    }
}
