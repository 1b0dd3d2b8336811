using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Docker.DotNet.Models;

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
            try
            {
                await session.CloseAsync();
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}

/// <summary>One interactive <c>supervisorctl</c> in a container, which answers in milliseconds where a new one takes
/// the start of Python. It only asks: a command that changes something is an exec of its own, whose id starts once. The
/// prompt is configurable and Python prints it also into a pipe, so an answer stands between the complaints about two
/// words that supervisorctl does not know; what is before a complaint on its line is the prompt
/// (docs/project/research/oms.md#programs).</summary>
internal sealed class SupervisorSession
{
    private const string Complaint = "*** Unknown syntax: ";

    // Three programs print less than 1 KiB.
    private const int LongestAnswer = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // One that does not take the end of its input ends then.
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(2);

    private readonly TaskCompletionSource<CommandInput?> _input = new();
    private readonly Lock _gate = new();
    private readonly List<byte> _printed = [];
    private readonly TimeProvider _time;
    private TaskCompletionSource<string?>? _waiting;
    private int _questions;

    private SupervisorSession(DockerClient docker, string execId, TimeProvider time)
    {
        _time = time;
        _ = RunAsync(docker, execId);
    }

    /// <summary>Whether it takes no questions any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether it ended because the connection broke.</summary>
    public bool WasCut { get; private set; }

    public static async Task<SupervisorSession> OpenAsync(
        DockerClient docker, string container, TimeProvider time, CancellationToken cancellationToken)
    {
        var exec = await docker.Exec.ExecCreateContainerAsync(
            container,
            new ContainerExecCreateParameters
            {
                Cmd = ["supervisorctl"],

                // Python 2 flushes its prompt into a pipe only when it must not buffer.
                Env = ["PYTHONUNBUFFERED=unbuffered"],
                AttachStdin = true,
                AttachStdout = true,
                AttachStderr = true,
            },
            cancellationToken);
        return new SupervisorSession(docker, exec, time);
    }

    /// <summary>What <c>status</c> prints now. One question at a time.</summary>
    /// <returns>Null if the session does not answer as supervisorctl does; it must be closed then.</returns>
    public async Task<string?> StatusAsync(CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<string?>();
        string question;
        lock (_gate)
        {
            if (HasEnded)
            {
                return null;
            }

            (_waiting, _questions) = (answer, _questions + 1);
            question = $"{Begin}\nstatus\n{End}\n";
        }

        try
        {
            if (await _input.Task.WaitAsync(Patience, _time, cancellationToken) is { } input)
            {
                await input.WriteAsync(Encoding.UTF8.GetBytes(question), cancellationToken);
                return await answer.Task.WaitAsync(Patience, _time, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or TimeoutException)
        {
            // It has ended, or it does not answer in time.
        }

        return null;
    }

    /// <summary>Ends its input, which ends supervisorctl. One that was closed or has ended stays as it is: a connection
    /// refuses to be closed twice.</summary>
    public async Task CloseAsync()
    {
        if (HasEnded)
        {
            return;
        }

        HasEnded = true;
        if (_input.Task.IsCompletedSuccessfully && await _input.Task is { } input)
        {
            await input.CloseAsync();
        }
    }

    // At its start supervisorctl prints a status unasked; that answer is older than the question.
    private string Begin => $"drydock{_questions}a";

    private string End => $"drydock{_questions}b";

    private async Task RunAsync(DockerClient docker, string execId)
    {
        using var stop = new CancellationTokenSource(LongestLife, _time);
        try
        {
            await docker.Exec.StartAndAttachContainerExecAsync(
                execId,
                new ContainerExecAttachParameters { OnInput = input => _input.TrySetResult(input), OnOutput = Take },
                stop.Token);
        }
        catch (Exception exception) when (exception is DockerException or OperationCanceledException or IOException)
        {
            // The next look is a command of its own, and learns the cause.
            WasCut = exception is DockerException;
        }
        finally
        {
            lock (_gate)
            {
                HasEnded = true;
            }

            _input.TrySetResult(null);
            _waiting?.TrySetResult(null);
        }
    }

    private void Take(bool isError, ReadOnlyMemory<byte> data)
    {
        TaskCompletionSource<string?>? waiting;
        string? answer;
        lock (_gate)
        {
            _printed.AddRange(data.Span);
            answer = Read(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_printed)));
            if (answer is null && _printed.Count > LongestAnswer)
            {
                throw new IOException("supervisorctl prints without end.");
            }

            if (answer is not null)
            {
                _printed.Clear();
            }

            waiting = _waiting;
        }

        if (answer is not null)
        {
            waiting?.TrySetResult(answer);
        }
    }

    // Null until all of it was printed.
    private string? Read(string text)
    {
        var begin = text.IndexOf($"{Complaint}{Begin}\n", StringComparison.Ordinal);
        var end = text.IndexOf($"{Complaint}{End}\n", StringComparison.Ordinal);
        if (begin < 0 || end < 0)
        {
            return null;
        }

        var first = text.IndexOf('\n', begin) + 1;
        var last = text.LastIndexOf('\n', end) + 1;
        var prompt = text[last..end];
        return string.Join(
            '\n',
            text[first..last].Split('\n')
                .Select(l => l.StartsWith(prompt, StringComparison.Ordinal) ? l[prompt.Length..] : l));
    }
}
