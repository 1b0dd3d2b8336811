using Docker.DotNet.Models;

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
        DockerClient docker, string container, CancellationToken cancellationToken)
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
        DockerClient docker, string containerId, string run, CancellationToken cancellationToken)
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
        public Task<string?> AskAsync(DockerClient docker, string containerId)
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

        private async Task<string?> AskInTurnAsync(DockerClient docker, string containerId)
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

        private async Task<string?> AskNowAsync(DockerClient docker, string containerId)
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

/// <summary>One interactive <c>supervisorctl</c> in a container, which answers in milliseconds where a new one takes
/// the start of Python. It only asks: a command that changes something is an exec of its own, whose id starts once. The
/// prompt is configurable and Python prints it also into a pipe, so the end of an answer is the complaint about a word
/// that supervisorctl does not know; what stands before the complaint on its line is the prompt
/// (docs/research/oms.md#programs).</summary>
internal sealed class SupervisorSession : IAsyncDisposable
{
    private const string Complaint = "*** Unknown syntax: ";

    // Three programs print less than 1 KiB.
    private const int LongestAnswer = 64 * 1024;
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<CommandInput?> _input = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly StringBuilder _printed = new();
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly TimeProvider _time;
    private readonly Task _run;
    private TaskCompletionSource<string?>? _waiting;
    private string _mark = "";
    private int _marks;

    private SupervisorSession(DockerClient docker, string execId, TimeProvider time)
    {
        _time = time;
        _run = RunAsync(docker, execId);
    }

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
    public async Task<string?> StatusAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        // At its start supervisorctl prints a status unasked; that answer is older than the question.
        if (_marks == 0 && await AskAsync("", within, cancellationToken) is null)
        {
            return null;
        }

        return await AskAsync("status\n", within, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // At the end of its input supervisorctl ends.
        if (_input.Task.IsCompletedSuccessfully && await _input.Task is { } input)
        {
            await input.CloseAsync();
        }

        await _run.WaitAsync(LongestGoodbye, _time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Stop();
        await _run;
        _stop.Dispose();
    }

    private void Stop() => _stop.Cancel();

    private async Task<string?> AskAsync(string command, TimeSpan within, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<string?>();
        string words;
        lock (_gate)
        {
            _mark = $"drydock{++_marks}";
            _waiting = answer;
            words = $"{command}{_mark}\n";
            if (HasEnded)
            {
                return null;
            }
        }

        if (!await WriteAsync(words, within, cancellationToken))
        {
            return null;
        }

        Task answered = answer.Task.WaitAsync(within, _time, cancellationToken);
        await answered
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return answer.Task.IsCompletedSuccessfully ? await answer.Task : null;
    }

    private async Task<bool> WriteAsync(string words, TimeSpan within, CancellationToken cancellationToken)
    {
        try
        {
            if (await _input.Task.WaitAsync(within, _time, cancellationToken) is { } input)
            {
                await input.WriteAsync(Encoding.UTF8.GetBytes(words), cancellationToken);
                return true;
            }
        }
        catch (Exception exception)
            when (exception is IOException or ObjectDisposedException or TimeoutException or OperationCanceledException)
        {
            // The session has ended, or it did not begin in time.
        }

        return false;
    }

    private async Task RunAsync(DockerClient docker, string execId)
    {
        try
        {
            await docker.Exec.StartAndAttachContainerExecAsync(
                execId,
                new ContainerExecAttachParameters { OnInput = input => _input.TrySetResult(input), OnOutput = Take },
                _stop.Token);
        }
        catch (Exception exception) when (exception is DockerException or OperationCanceledException or IOException)
        {
            // The next caller observes the target with a command of its own, and learns the cause.
            WasCut = exception is DockerException;
        }

        lock (_gate)
        {
            HasEnded = true;
        }

        _input.TrySetResult(null);
        Answer(null);
    }

    private void Take(bool isError, ReadOnlyMemory<byte> data)
    {
        if (Read(data.Span) is { } answer)
        {
            Answer(answer);
        }
    }

    private void Answer(string? answer)
    {
        TaskCompletionSource<string?>? waiting;
        lock (_gate)
        {
            (waiting, _waiting) = (_waiting, null);
        }

        waiting?.TrySetResult(answer);
    }

    // The answer, if these bytes are its end.
    private string? Read(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var characters = new char[_utf8.GetCharCount(bytes, flush: false)];
            _utf8.GetChars(bytes, characters, flush: false);
            _printed.Append(characters);
            if (_printed.Length > LongestAnswer)
            {
                throw new IOException("supervisorctl prints without end.");
            }

            var text = _printed.ToString();
            var end = text.IndexOf($"{Complaint}{_mark}\n", StringComparison.Ordinal);
            if (_waiting is null || end < 0)
            {
                return null;
            }

            var line = text.LastIndexOf('\n', end) + 1;
            _printed.Clear().Append(text, text.IndexOf('\n', end) + 1, text.Length - text.IndexOf('\n', end) - 1);
            return WithoutPrompt(text[..line], prompt: text[line..end]);
        }
    }

    private static string WithoutPrompt(string text, string prompt) =>
        prompt.Length == 0
            ? text
            : string.Join(
                '\n',
                text.Split('\n').Select(l => l.StartsWith(prompt, StringComparison.Ordinal) ? l[prompt.Length..] : l));
}
