using System.IO.Pipelines;

namespace Drydock.Clients.Remote;

/// <summary>A shell that stays open on a host as one account, for requests that change nothing, one after another. It
/// is one command of its client (<see cref="IRemoteClient.IsInteractive"/>). A script is sent once and is a function
/// from then on; a request sends only its arguments, which no process list shows.</summary>
internal sealed class RemoteShell : IAsyncDisposable
{
    // The end of its input ends all that it runs: when this client or its program is killed, too. If the connection is
    // cut, so that no end arrives, the limit of the command ends it.
    private const string Program = "{ cat; kill 0; } | { sh; kill 0; }";

    // A file of 1 MiB comes in base64.
    private const int MaxOutput = 2 << 20;

    // Far below what a client reads of one command.
    private const long MaxPrinted = 16L << 20;

    // After it, what is asked is not answered in a shell there: a forced command, another login shell.
    private static readonly TimeSpan BeginLimit = TimeSpan.FromSeconds(30);

    // A shell that was ended on its host says so at once; a host that is cut off is noticed later.
    private static readonly TimeSpan Instant = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    // Longer than a request may take: the difference is how long it is used.
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private readonly Pipe _requests = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly Dictionary<string, string> _functions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _abandon = new();
    private readonly long _since = Stopwatch.GetTimestamp();
    private readonly Task<RemoteResult> _running;
    private volatile ShellAnswer? _answer;
    private long _printed;

    /// <param name="account">A command with the account.</param>
    public RemoteShell(IRemoteClient client, RemoteCommand account)
    {
        var command = new RemoteCommand("sh", "-c", Program)
        {
            AsRoot = account.AsRoot,
            AsUser = account.AsUser,
            Limit = Life,
            Input = _requests.Reader.AsStream(),
            Output = Take,
        };

        // It outlives the request that opens it.
        using (ExecutionContext.SuppressFlow())
        {
            _running = Task.Run(() => client.RunAsync(command, _abandon.Token));
        }
    }

    /// <summary>Whether it can take a request that takes so long at most.</summary>
    public bool IsUsableFor(TimeSpan limit) =>
        !_running.IsCompleted && _answer is null or { IsClean: true } && Volatile.Read(ref _printed) < MaxPrinted
            && Stopwatch.GetElapsedTime(_since) + limit <= Life;

    /// <summary>Runs a script to its end, or to its limit: then the host ends it, as it ends a command.</summary>
    /// <returns>Null: it was not run, because there is no shell (any more).</returns>
    /// <exception cref="RemoteException">As from <see cref="IRemoteClient.RunAsync"/>.</exception>
    public async Task<RemoteResult?> RunAsync(
        string script, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        var isFirst = _answer is null;
        var answer = new ShellAnswer(MaxOutput);
        _answer = answer;
        var text = "";
        if (!_functions.TryGetValue(script, out var name))
        {
            _functions[script] = name = $"drydock_{_functions.Count}";
            text = $"{name}() (\n{script}\n)\n";
        }

        text += answer.Request(string.Join(' ', [name, .. arguments.Select(RemoteCommand.Quote)]));
        await _requests.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        var inTime = await WithinAsync(answer.Begun, BeginLimit, cancellationToken)
            && await WithinAsync(answer.Ended, limit, cancellationToken);
        if (answer.Ended.IsCompleted)
        {
            return await answer.Ended;
        }

        var late = answer.Broken(RemoteCommand.TimedOut);
        await _requests.Writer.CompleteAsync();
        try
        {
            var end = await _running.WaitAsync(cancellationToken);
            return !answer.Begun.IsCompleted ? null : inTime ? answer.Broken(end.ExitCode) : late;
        }
        catch (RemoteException) when (!isFirst
            && !answer.Begun.IsCompleted && Stopwatch.GetElapsedTime(since) < Instant)
        {
            return null;
        }
    }

    /// <summary>Ends it on the host.</summary>
    public async ValueTask DisposeAsync()
    {
        await _requests.Writer.CompleteAsync();
        await Task.WhenAny(_running, Task.Delay(EndLimit));
        await _abandon.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abandon.Dispose();
    }

    private async Task<bool> WithinAsync(Task task, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(task, _running).WaitAsync(limit, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Take(bool isError, ReadOnlyMemory<byte> data)
    {
        Interlocked.Add(ref _printed, data.Length);
        _answer?.Take(isError, data.Span);
    }
}
