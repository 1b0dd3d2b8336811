using System.Collections.Concurrent;

namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>Which instances of a host share a command, and how old its answer can be.</summary>
public sealed class HostLooksTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly PausedClient _client = new();

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Questions_during_a_look_share_the_next_command()
    {
        await using var channel = Channel();
        var looks = new HostLooks(channel, _time);
        var first = looks.AskAsync(Question(1), Token);
        var sent = await _client.NextAsync();
        var others = Enumerable.Range(2, 3).Select(port => looks.AskAsync(Question(port), Token)).ToList();
        _client.Sent.ShouldBeEmpty("a look is under way");
        sent.Answer(PausedClient.Report(1));

        (await first).User.ShouldBe("tidb1");
        var next = await _client.NextAsync();
        next.Ports.ShouldBe(["2", "3", "4"], "a question joins no command that was sent before it");
        next.Answer(PausedClient.Reports(2, 3, 4));
        (await Task.WhenAll(others)).Select(r => r.Listeners.Single()).ShouldBe([2, 3, 4]);
    }

    [Fact]
    public async Task Refusal_for_one_instance_hides_no_other_answer()
    {
        await using var channel = Channel();
        var looks = new HostLooks(channel, _time);
        var first = looks.AskAsync(Question(1), Token);
        var sent = await _client.NextAsync();
        var (good, bad) = (looks.AskAsync(Question(2), Token), looks.AskAsync(Question(3), Token));
        sent.Answer(PausedClient.Report(1));
        await first;
        (await _client.NextAsync()).Answer("\nrefused Supervisor\nsvstat ended\n");
        foreach (var alone in new[] { await _client.NextAsync(), await _client.NextAsync() })
        {
            alone.Answer(
                alone.Ports is ["2"] ? PausedClient.Report(2) : "\nrefused Supervisor\nsvstat ended\n");
        }

        (await good).Listeners.ShouldBe([2]);
        (await Should.ThrowAsync<HostException>(bad)).Reason.ShouldBe(Reasons.ControlMismatch);
    }

    [Fact]
    public async Task Look_that_hangs_does_not_hold_up_the_next_one()
    {
        await using var channel = Channel();
        var looks = new HostLooks(channel, _time);
        using var leaves = new CancellationTokenSource();
        var hanging = looks.AskAsync(Question(1), leaves.Token);
        await _client.NextAsync();
        var second = looks.AskAsync(Question(2), Token);
        while (_client.Sent.IsEmpty)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await _client.NextAsync()).Answer(PausedClient.Report(2));
        (await second).Listeners.ShouldBe([2]);
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(hanging);
    }

    private HostChannel Channel() =>
        new(HostCases.Host, new HostConnection("tidb", false, false, () => _client), fence: null);

    private static LookQuestion Question(int port) => new(ServiceManager.Of(HostCases.Target(
        port: port, control: new InstanceControl { Process = new ProcessControl { Command = ["bin/tikv-server"] } })));

    // Answers when the test says so.
    private sealed class PausedClient : IRemoteClient
    {
        private readonly SemaphoreSlim _arrived = new(0);

        public ConcurrentQueue<Command> Sent { get; } = new();

        public string Name => HostCases.Host;

        public async Task<Command> NextAsync()
        {
            await _arrived.WaitAsync(Token);
            return Sent.TryDequeue(out var command) ? command : throw new InvalidOperationException("none was sent");
        }

        public async Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
        {
            var sent = new Command([.. command.Arguments.Skip(4).Chunk(11).Select(look => look[4])]);
            Sent.Enqueue(sent);
            _arrived.Release();
            return new RemoteResult(0, await sent.Output.Task.WaitAsync(cancellationToken), "");
        }

        public ValueTask DisposeAsync()
        {
            _arrived.Dispose();
            return ValueTask.CompletedTask;
        }

        public static string Report(int port) => $"{Head(port)}listener {port}\nend\n";

        public static string Reports(params int[] ports) =>
            Head(0) + string.Concat(ports.Select(p => $"instance\npids\nlistener {p}\n")) + "host\nend\n";

        private static string Head(int port) =>
            $"look 1\nuser tidb{port}\nboot b-1\nup 1\nseen 1\ntick 100\nbtime 1700000000\n";
    }

    private sealed record Command(IReadOnlyList<string> Ports)
    {
        public TaskCompletionSource<string> Output { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Answer(string output) => Output.SetResult(output);
    }
}
