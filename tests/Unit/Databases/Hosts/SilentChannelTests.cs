using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>A host whose shell hangs, or that is cut off, is named to whoever waits for it.</summary>
public sealed class SilentChannelTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string?> _told = [];

    [Fact]
    public async Task Hanging_look_is_told_with_host_and_question()
    {
        var client = new HangingClient();
        await using var channel = new HostChannel(
            HostCases.Host, new HostConnection("tidb", false, false, () => client), fence: null);
        var since = $"{_time.GetUtcNow():HH:mm:ss}Z";
        using (OpenQuestions.Listen(_time, _told.Add))
        {
            var look = channel.LookAsync(new ScriptCall("look", "looking at tikv-1", []), CancellationToken.None);
            _time.Advance(TimeSpan.FromSeconds(7));
            _told.ShouldBeEmpty();
            _time.Advance(TimeSpan.FromSeconds(1));
            _told.ShouldBe([$"Waiting for an answer of {HostCases.Host} since {since} (looking at tikv-1)."]);
            client.Answer.SetResult(new RemoteResult(0, "end\n", ""));
            await look;
            _told.Count.ShouldBe(2);
            _told[1].ShouldBeNull();
        }

        var later = channel.LookAsync(new ScriptCall("look", "looking at tikv-1", []), CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(1));
        _told.Count.ShouldBe(2, "nobody listens any more");
        await later;
    }

    private sealed class HangingClient : IRemoteClient
    {
        public TaskCompletionSource<RemoteResult> Answer { get; } = new();

        public string Name => HostCases.Host;

        public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default) =>
            Answer.Task;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
