namespace Drydock.Clients.Remote;

/// <summary>The open shells of a host, by account. A shell serves one request at a time and is kept for the next one.
/// One that failed in any way is ended, and the next request opens another.</summary>
/// <param name="most">How many shells and other commands may be open at the same time.</param>
public sealed class RemoteShells(IRemoteClient client, int most) : IAsyncDisposable
{
    private const int MostIdle = 4;

    // Where an account has no shell, it is asked for again after it.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly List<Idle> _idle = [];
    private readonly ConcurrentDictionary<(bool, string?), long> _without = [];
    private bool _disposed;

    /// <summary>How long a shell is kept without a request.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Runs a script that changes nothing and reads no input, with its limit; as a command of its own where no
    /// shell is to be had.</summary>
    /// <param name="look">Of <see cref="RemoteCommand.Script"/>.</param>
    /// <exception cref="RemoteException">As from <see cref="IRemoteClient.RunAsync"/>.</exception>
    public async Task<RemoteResult> RunAsync(RemoteCommand look, CancellationToken cancellationToken)
    {
        if (client.IsInteractive
            && !(_without.TryGetValue(Account(look), out var since) && Stopwatch.GetElapsedTime(since) < Pause))
        {
            var answer = await TakeAsync(look) is { } kept ? await RunAsync(kept, look, cancellationToken) : null;
            answer ??= await RunAsync(new RemoteShell(client, look), look, cancellationToken);
            if (answer is not null)
            {
                return answer;
            }

            _without[Account(look)] = Stopwatch.GetTimestamp();
        }

        return await client.RunAsync(look, cancellationToken);
    }

    /// <summary>Ends idle shells, so that with them no more than the allowed number is open.</summary>
    /// <param name="busy">How many requests and commands run or begin.</param>
    public async Task MakeRoomAsync(int busy)
    {
        while (Take(idle => idle.Count + busy > most ? idle[0] : null) is { } oldest)
        {
            await oldest.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Idle[] idle;
        lock (_gate)
        {
            (_disposed, idle) = (true, [.. _idle]);
        }

        await Task.WhenAll(idle.Select(i => EndAsync(i.Shell)));
    }

    private static (bool, string?) Account(RemoteCommand command) => (command.AsRoot, command.AsUser);

    private async Task<RemoteResult?> RunAsync(
        RemoteShell shell, RemoteCommand look, CancellationToken cancellationToken)
    {
        var isKept = false;
        try
        {
            var result = await shell.RunAsync(
                look.Arguments[2], look.Arguments.Skip(4), look.Limit!.Value, cancellationToken);
            isKept = Keep(shell, look);
            return result;
        }
        finally
        {
            if (!isKept)
            {
                await shell.DisposeAsync();
            }
        }
    }

    private bool Keep(RemoteShell shell, RemoteCommand look)
    {
        lock (_gate)
        {
            if (_disposed || _idle.Count == MostIdle || !shell.IsUsableFor(look.Limit!.Value))
            {
                return false;
            }

            _idle.Add(new Idle(
                shell, Account(look), new Timer(_ => _ = EndAsync(shell), null, IdleLimit, Timeout.InfiniteTimeSpan)));
            return true;
        }
    }

    private async Task<RemoteShell?> TakeAsync(RemoteCommand look)
    {
        var account = Account(look);
        while (Take(idle => idle.FindLast(i => i.Account == account)) is { } shell)
        {
            if (shell.IsUsableFor(look.Limit!.Value))
            {
                return shell;
            }

            await shell.DisposeAsync();
        }

        return null;
    }

    private async Task EndAsync(RemoteShell shell)
    {
        if (Take(idle => idle.Find(i => i.Shell == shell)) is { } unused)
        {
            await unused.DisposeAsync();
        }
    }

    private RemoteShell? Take(Func<List<Idle>, Idle?> choose)
    {
        lock (_gate)
        {
            if (choose(_idle) is not { } chosen)
            {
                return null;
            }

            _idle.Remove(chosen);
            chosen.Timer.Dispose();
            return chosen.Shell;
        }
    }

    private sealed record Idle(RemoteShell Shell, (bool, string?) Account, Timer Timer);
}
