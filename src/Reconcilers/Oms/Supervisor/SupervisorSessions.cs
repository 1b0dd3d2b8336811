namespace Drydock.Reconcilers.Oms;

/// <summary>Asks supervisord in containers for its programs: over one session a container while steps look at it, and
/// with a command of its own where sessions do not work. Steps that ask at the same moment share an answer that is
/// younger than all of their questions.</summary>
internal sealed class SupervisorSessions : IAsyncDisposable
{
    // Steps look at least every 5 s while they wait.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    // A command in a container that is just starting may never answer; one in another container does.
    private const int MostUseless = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;

    public SupervisorSessions(TimeProvider time) => _time = time;

    /// <summary>The answer of <c>supervisorctl status</c>, asked after this call.</summary>
    /// <exception cref="DockerNotFoundException">There is no such container.</exception>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    /// <exception cref="DockerException">The host cannot be asked.</exception>
    public async Task<SupervisorStatus> StatusAsync(
        IDockerClient docker, string container, CancellationToken cancellationToken)
    {
        // A name may belong to another container by now, and a session to an earlier start of this one.
        var inspected = await docker.Containers.InspectContainerAsync(container, cancellationToken);
        if (inspected.State is { Running: true, Paused: false, Restarting: false })
        {
            var run = $"{docker.EndpointName}\n{inspected.ID}\n{inspected.StartedAt:O}";
            if (await AskAsync(docker, inspected.ID, run, cancellationToken) is { } answer)
            {
                return SupervisorStatus.Parse(answer);
            }
        }

        var printed = await docker.RunExecAsync(inspected.ID, ["supervisorctl", "status"], cancellationToken);
        return SupervisorStatus.Parse(printed.Stdout + "\n" + printed.Stderr);
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        List<Place> places;
        lock (_gate)
        {
            places = [.. _places.Values];
        }

        await Task.WhenAll(places.Select(p => p.DisposeAsync().AsTask()));
        _stop.Dispose();
    }

    // The waits that end continue where they began.
    private void Stop() => _stop.Cancel();

    private async Task<string?> AskAsync(
        IDockerClient docker, string containerId, string run, CancellationToken cancellationToken)
    {
        Place? place;
        lock (_gate)
        {
            if (!_places.TryGetValue(run, out place))
            {
                place = new Place(_time, () => Forget(run), _stop.Token);
                _places[run] = place;
            }
        }

        return await place.AskAsync(docker, containerId).WaitAsync(cancellationToken);
    }

    private void Forget(string run)
    {
        lock (_gate)
        {
            _places.Remove(run);
        }
    }

    /// <summary>One run of one container: its session and the questions to it.</summary>
    private sealed class Place(TimeProvider time, Action forget, CancellationToken stopped) : IAsyncDisposable
    {
        private readonly Lock _gate = new();
        private readonly SemaphoreSlim _turn = new(1, 1);
        private Task<string?>? _next;
        private SupervisorSession? _session;
        private int _useless;
        private int _questions;

        // A question that waits for its turn has not been sent yet, so callers that ask meanwhile share its answer.
        public Task<string?> AskAsync(IDockerClient docker, string containerId)
        {
            lock (_gate)
            {
                return _next ??= AskInTurnAsync(docker, containerId);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _turn.WaitAsync(CancellationToken.None);
            await CloseNowAsync();
            _turn.Release();
        }

        private async Task<string?> AskInTurnAsync(IDockerClient docker, string containerId)
        {
            await Task.Yield();
            await _turn.WaitAsync(CancellationToken.None);
            try
            {
                lock (_gate)
                {
                    _next = null;
                }

                return _useless < MostUseless && !stopped.IsCancellationRequested
                    ? await AskNowAsync(docker, containerId)
                    : null;
            }
            finally
            {
                _turn.Release();
            }
        }

        private async Task<string?> AskNowAsync(IDockerClient docker, string containerId)
        {
            if (_session is { HasEnded: true })
            {
                await CloseNowAsync();
            }

            var isNew = _session is null;
            var session = _session ??= await SupervisorSession.OpenAsync(docker, containerId, time, stopped);
            var answer = await session.StatusAsync(LongestAnswer, stopped);
            if (answer is null)
            {
                // A session that worked, or whose connection broke, works when it is opened again.
                await CloseNowAsync();
                _useless += isNew && !session.WasCut ? 1 : 0;
                return null;
            }

            _questions++;
            if (isNew)
            {
                _ = CloseWhenIdleAsync(session);
            }

            return answer;
        }

        private async Task CloseWhenIdleAsync(SupervisorSession session)
        {
            var asked = -1;
            while (asked != _questions && ReferenceEquals(_session, session))
            {
                asked = _questions;
                await Task.Delay(LongestIdle, time, stopped).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            await _turn.WaitAsync(CancellationToken.None);
            if (asked == _questions && ReferenceEquals(_session, session))
            {
                await CloseNowAsync();
                forget();
            }

            _turn.Release();
        }

        private async Task CloseNowAsync()
        {
            if (_session is { } session)
            {
                _session = null;
                await session.DisposeAsync();
            }
        }
    }
}
