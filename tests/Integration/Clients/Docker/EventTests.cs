using Drydock.Clients.Docker;
using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Docker;

[Collection(DockerDaemonCollection.Name)]
public sealed class EventTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    private readonly DockerClientOptions _silent = new() { ReadRetries = 0 };
    private readonly IDockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Exec_events_arrive_in_order_with_exit_code()
    {
        var container = await daemon.RunIdleAsync(_client);
        var since = (await _client.System.PingAsync()).ServerTime;
        var exec = (await _client.Exec.ExecCreateContainerAsync(container, new ContainerExecCreateParameters { Cmd = ["sh", "-c", "exit 5"] })).ID;
        await _client.Exec.StartContainerExecAsync(exec);

        var messages = new List<Message>();
        await foreach (var message in _client.System.MonitorEventsAsync(new ContainerEventsParameters { Since = since, Filters = Of(container) }))
        {
            if (message.Attribute("execID") == exec)
            {
                messages.Add(message);
            }

            if (message.Action == "exec_die")
            {
                break;
            }
        }

        messages.Select(m => m.Action).ShouldBe(["exec_create", "exec_start", "exec_die"]);
        messages[0].ActionDetail.ShouldBe("sh -c exit 5");
        messages.ShouldAllBe(m => m.Type == "container" && m.Actor.ID == container);
        messages[2].Attribute("exitCode").ShouldBe("5");
        messages.Select(m => m.TimeNano).ShouldBeInOrder();
        messages[0].Time.ShouldBeGreaterThanOrEqualTo(since.ShouldNotBeNull());
    }

    [Fact]
    public async Task Past_events_between_two_times_are_returned_and_stream_ends()
    {
        var before = (await _client.System.GetSystemInfoAsync()).SystemTime;
        var container = await daemon.RunIdleAsync(_client);
        await _client.Containers.StopContainerAsync(container, new ContainerStopParameters { WaitBeforeKillSeconds = 30 });
        var after = (await _client.System.GetSystemInfoAsync()).SystemTime;

        var messages = await _client.System.MonitorEventsAsync(new ContainerEventsParameters { Since = before, Until = after, Filters = Of(container) }).ToListAsync();

        messages.Select(m => m.Action).ShouldBe(["create", "start", "kill", "die", "stop"], ignoreOrder: true);
        messages.Single(m => m.Action == "die").Attribute("exitCode").ShouldBe("0");
        messages.Single(m => m.Action == "create").Attribute("image").ShouldBe(DockerDaemonFixture.Image);
    }

    [Fact]
    public async Task Events_are_filtered_by_action()
    {
        var before = (await _client.System.GetSystemInfoAsync()).SystemTime;
        var container = await daemon.RunIdleAsync(_client);
        var after = (await _client.System.GetSystemInfoAsync()).SystemTime;
        var filters = new Dictionary<string, IReadOnlyList<string>>(Of(container)) { ["event"] = ["start", "die"] };

        var messages = await _client.System.MonitorEventsAsync(new ContainerEventsParameters { Since = before, Until = after, Filters = filters }).ToListAsync();

        messages.ShouldHaveSingleItem().Action.ShouldBe("start");
    }

    [Fact]
    public async Task Event_stream_throws_when_engine_is_killed()
    {
        var next = await SubscribedAsync(_client);

        await daemon.Process.KillAsync();

        await Should.ThrowAsync<DockerUnreachableException>(() => next);
        await daemon.StartAsync();
    }

    [Fact]
    public async Task Event_stream_throws_when_engine_is_stopped()
    {
        var next = await SubscribedAsync(_client);

        await daemon.Process.DisposeAsync();

        await Should.ThrowAsync<DockerUnreachableException>(() => next);
        await daemon.StartAsync();
    }

    [Fact]
    public async Task Silent_event_stream_throws_when_engine_hangs()
    {
        var time = new ManualTimeProvider();
        await using var client = DockerDaemonFixture.Client(daemon.TlsEndpoint, _silent, time);
        var next = await SubscribedAsync(client);

        await daemon.Process.SignalAsync("STOP");
        try
        {
            await PassSilenceAsync(time);
            (await Should.ThrowAsync<DockerUnreachableException>(() => next)).Message.ShouldContain("does not answer");
        }
        finally
        {
            await daemon.Process.SignalAsync("CONT");
        }
    }

    [Fact]
    public async Task Silent_event_stream_throws_when_network_is_cut()
    {
        var time = new ManualTimeProvider();
        await using var client = DockerDaemonFixture.Client(daemon.TlsEndpoint, _silent, time);
        var next = await SubscribedAsync(client);

        await daemon.Network.PullCableAsync();
        try
        {
            await PassSilenceAsync(time);
            await Should.ThrowAsync<DockerUnreachableException>(() => next);
        }
        finally
        {
            await daemon.Network.PlugCableAsync();
        }
    }

    [Fact]
    public async Task Event_stream_throws_cancellation_when_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var next = await SubscribedAsync(_client, stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => next);
    }

    private static Dictionary<string, IReadOnlyList<string>> Of(string container) =>
        new() { ["type"] = ["container"], ["container"] = [container] };

    // Until the engine is pinged, and until the ping is given up.
    private async Task PassSilenceAsync(ManualTimeProvider time)
    {
        await time.AdvanceToTimerAsync(due => due == _silent.StreamIdleProbe, TestContext.Current.CancellationToken);
        await time.AdvanceToTimerAsync(due => due == _silent.RequestTimeout, TestContext.Current.CancellationToken);
    }

    // Gives the task of the first event that is not there yet: one event is awaited first, so the subscription stands.
    private async Task<Task> SubscribedAsync(IDockerClient client, CancellationToken cancellationToken = default)
    {
        var since = (await client.System.PingAsync(cancellationToken)).ServerTime;
        var container = await daemon.CreateIdleAsync(_client);
        var events = client.System.MonitorEventsAsync(new ContainerEventsParameters { Since = since, Filters = Of(container) }, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        (await events.MoveNextAsync()).ShouldBeTrue();
        return DrainAsync(events);
    }

    private static async Task DrainAsync(IAsyncEnumerator<Message> events)
    {
        await using (events)
        {
            while (await events.MoveNextAsync())
            {
                events.Current.Type.ShouldBe("container");
            }
        }
    }
}
