namespace Drydock.Reconcilers.Upgrades;

/// <summary>Follows the container events of one host, for as long as an upgrade works on it, and tells it by pulse and
/// callback.</summary>
internal sealed partial class ContainerEventFeed : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(2);

    // exec_* is left out: every look into a container is an exec, and a look must not cause the next one.
    private static readonly string[] Actions =
        ["create", "start", "stop", "die", "kill", "oom", "pause", "unpause", "destroy", "rename", "update"];

    private readonly CancellationTokenSource _stop = new();
    private readonly AsyncSignal _signal = new();
    private readonly DockerClient _docker;
    private readonly Action _onEvent;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _loop;

    /// <param name="onEvent">Called at every event, from any thread; must not block.</param>
    public ContainerEventFeed(DockerClient docker, Action onEvent, TimeProvider time, ILogger logger)
    {
        _docker = docker;
        _onEvent = onEvent;
        _time = time;
        _logger = logger;
        _loop = FollowAsync(_stop.Token);
    }

    /// <summary>Returns at the next event, and after a short while in any case.</summary>
    public Task NextAsync(CancellationToken cancellationToken) =>
        _signal.WaitAsync(LongestWait, _time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        OpenQuestions.Ignore();
        await Task.Yield();
        var filters = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["type"] = ["container"],
            ["event"] = Actions,
        };
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in _docker.System.MonitorEventsAsync(filters, since: null, cancellationToken))
                {
                    _signal.Set();
                    _onEvent();
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Any exception, also a defect of the operator, is tolerated: the feed only speeds up what observation
                // also finds, and it must not end before it is stopped.
                FeedLost(_logger, _docker.EndpointName, exception.Message);
            }

            // Events in between are found by observing the containers.
            _signal.Set();
            _onEvent();
            await Task.Delay(Reconnect, _time, cancellationToken).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of {Endpoint} are temporarily not followed: {Message}")]
    private static partial void FeedLost(ILogger logger, string endpoint, string message);
}
