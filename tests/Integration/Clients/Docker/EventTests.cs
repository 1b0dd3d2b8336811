using Docker.DotNet.Models;
using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Drydock.Tests.Unit.Fakes;

namespace Drydock.Tests.Integration.Clients.Docker;

[Collection(DockerDaemonCollection.Name)]
public sealed class EventTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    private readonly DockerClientOptions _silent = new() { ReadRetries = 0 };
    private readonly DockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Exec_events_arrive_in_order_with_exit_code()
    {
        var container = await daemon.RunIdleAsync(_client);
        var since = await _client.System.PingAsync();
        var exec = await _client.Exec.ExecCreateContainerAsync(
            container, new ContainerExecCreateParameters { Cmd = ["sh", "-c", "exit 5"] });
        await _client.Exec.StartContainerExecAsync(exec);

        var messages = (await UntilAsync("exec_die", Of(container), since))
            .Where(m => m.Actor.Attributes.TryGetValue("execID", out var of) && of == exec)
            .ToList();

        messages.Select(m => m.Action).ShouldBe(["exec_create", "exec_start", "exec_die"]);
        messages.ShouldAllBe(m => m.Type == "container" && m.Actor.ID == container);
        messages[2].Actor.Attributes["exitCode"].ShouldBe("5");
        var times = messages.Select(m => m.TimeNano.ShouldNotBeNull()).ToList();
        times.ShouldBeInOrder();
        DateTimeOffset.UnixEpoch.AddTicks(times[0] / 100).ShouldBeGreaterThanOrEqualTo(since.ShouldNotBeNull());
    }

    [Fact]
    public async Task Past_events_since_a_time_are_returned()
    {
        var before = (await _client.System.GetSystemInfoAsync()).Clock;
        var container = await daemon.RunIdleAsync(_client);
        await _client.Containers.StopContainerAsync(container, 30);
        var between = (await _client.System.GetSystemInfoAsync()).Clock;
        await _client.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters());

        var messages = await UntilAsync("destroy", Of(container), before);

        messages.Select(m => m.Action).ShouldBe(
            ["create", "start", "kill", "die", "stop", "destroy"], ignoreOrder: true);
        messages.Single(m => m.Action == "die").Actor.Attributes["exitCode"].ShouldBe("0");
        messages.Single(m => m.Action == "create").Actor.Attributes["image"].ShouldBe(DockerDaemonFixture.Image);
        (await UntilAsync("destroy", Of(container), between)).Select(m => m.Action).ShouldNotContain("start");
    }

    [Fact]
    public async Task Events_are_filtered_by_action()
    {
        var before = (await _client.System.GetSystemInfoAsync()).Clock;
        var container = await daemon.RunIdleAsync(_client);
        await _client.Containers.StopContainerAsync(container, 30);
        var filters = new Dictionary<string, IReadOnlyList<string>>(Of(container)) { ["event"] = ["start", "die"] };

        var messages = await UntilAsync("die", filters, before);

        messages.Select(m => m.Action).ShouldBe(["start", "die"]);
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

    // What happened up to the first event of this kind.
    private async Task<List<Message>> UntilAsync(
        string last, Dictionary<string, IReadOnlyList<string>> filters, DateTimeOffset? since)
    {
        var messages = new List<Message>();
        await foreach (var message in _client.System.MonitorEventsAsync(filters, since))
        {
            messages.Add(message);
            if (message.Action == last)
            {
                break;
            }
        }

        return messages;
    }

    // Until the engine is pinged, and until the ping is given up.
    private async Task PassSilenceAsync(ManualTimeProvider time)
    {
        await time.AdvanceToTimerAsync(due => due == _silent.StreamIdleProbe, TestContext.Current.CancellationToken);
        await time.AdvanceToTimerAsync(due => due == _silent.RequestTimeout, TestContext.Current.CancellationToken);
    }

    // Gives the task of the first event that is not there yet: one event is awaited first, so the subscription stands.
    private async Task<Task> SubscribedAsync(DockerClient client, CancellationToken cancellationToken = default)
    {
        var since = await client.System.PingAsync(cancellationToken);
        var container = await daemon.CreateIdleAsync(_client);
        var events = client.System.MonitorEventsAsync(Of(container), since, cancellationToken)
            .GetAsyncEnumerator(CancellationToken.None);
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
