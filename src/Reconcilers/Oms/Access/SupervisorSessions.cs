using System.Collections.Concurrent;

namespace Drydock.Reconcilers.Oms;

/// <summary>Asks supervisord in containers for its programs: over one session a container while steps look at it, and
/// with a command of its own where sessions do not work.</summary>
internal sealed class SupervisorSessions(TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>The answer of <c>supervisorctl status</c>, asked after this call.</summary>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    /// <exception cref="DockerException">There is no such container, or the host cannot be asked.</exception>
    public async Task<SupervisorStatus> StatusAsync(
        DockerClient docker, string container, CancellationToken cancellationToken)
    {
        // A name may belong to another container by now, and a session to an earlier start of this one.
        var inspected = await docker.Containers.InspectContainerAsync(container, cancellationToken);
        if (inspected.State is { Running: true, Paused: false, Restarting: false })
        {
            var place = _places.GetOrAdd(
                $"{docker.EndpointName}\n{inspected.ID}\n{inspected.StartedAt:O}", _ => new Place(time));
            if (await place.AskAsync(docker, inspected.ID, cancellationToken) is { } answer)
            {
                return SupervisorStatus.Parse(answer);
            }
        }

        var printed = await docker.RunExecAsync(inspected.ID, ["supervisorctl", "status"], cancellationToken);
        return SupervisorStatus.Parse(printed.Stdout + "\n" + printed.Stderr);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places.Values)
        {
            await place.DisposeAsync();
        }
    }

    /// <summary>One run of one container.</summary>
    private sealed class Place(TimeProvider time) : IAsyncDisposable
    {
        // A command in a container that is just starting may never answer; one in another container does.
        private const int MostUseless = 2;

        // A session that no step uses any more must end too.
        private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

        private readonly SemaphoreSlim _turn = new(1, 1);
        private SupervisorSession? _session;
        private int _useless;

        public async Task<string?> AskAsync(DockerClient docker, string container, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(CancellationToken.None);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                return _useless < MostUseless ? await AskInTurnAsync(docker, container, cancellationToken) : null;
            }
            finally
            {
                _turn.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_session is { } session)
            {
                await CloseAsync(session);
            }
        }

        private async Task<string?> AskInTurnAsync(
            DockerClient docker, string container, CancellationToken cancellationToken)
        {
            if (_session is { HasEnded: true })
            {
                _session = null;
            }

            var isNew = _session is null;
            var session = _session ??= await SupervisorSession.OpenAsync(docker, container, time, cancellationToken);
            if (isNew)
            {
                _ = CloseInTimeAsync(session);
            }

            var answer = await session.StatusAsync(cancellationToken);
            if (answer is null)
            {
                // A session that worked, or whose connection broke, works when it is opened again.
                _useless += isNew && !session.WasCut ? 1 : 0;
                _session = null;
                await session.CloseAsync();
            }

            return answer;
        }

        private async Task CloseInTimeAsync(SupervisorSession session)
        {
            await Task.Delay(Life, time);
            await CloseAsync(session);
        }

        // In its turn: a connection takes one write at a time.
        private async Task CloseAsync(SupervisorSession session)
        {
            await _turn.WaitAsync(CancellationToken.None);
            await session.CloseAsync();
            _turn.Release();
        }
    }
}
