namespace Drydock.Reconcilers.Upgrades;

/// <summary>Lets callers that ask for the same thing at the same time share one answer. Nothing is kept: a failure
/// reaches the callers that waited for it and no later one. A caller that gives up does not end the work of the others;
/// the work is cancelled when the last one has left.</summary>
/// <typeparam name="TValue">The answer.</typeparam>
internal sealed class SharedReads<TValue>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Read> _underWay = new(StringComparer.Ordinal);

    /// <summary>The answer to a question; asked once for all callers that wait for it.</summary>
    public async Task<TValue> ReadAsync(
        string key, Func<CancellationToken, Task<TValue>> ask, CancellationToken cancellationToken)
    {
        Read? read;
        lock (_gate)
        {
            if (!_underWay.TryGetValue(key, out read))
            {
                read = new Read();
                _underWay[key] = read;
                read.Answer = Task.Run(() => RunAsync(key, read, ask), CancellationToken.None);
            }

            read.Callers++;
        }

        try
        {
            return await read.Answer.WaitAsync(cancellationToken);
        }
        finally
        {
            if (IsLast(key, read))
            {
                await read.Stop.CancelAsync();
                await ((Task)read.Answer).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                read.Stop.Dispose();
            }
        }
    }

    private async Task<TValue> RunAsync(string key, Read read, Func<CancellationToken, Task<TValue>> ask)
    {
        try
        {
            return await ask(read.Stop.Token);
        }
        finally
        {
            Remove(key, read);
        }
    }

    private bool IsLast(string key, Read read)
    {
        lock (_gate)
        {
            if (--read.Callers > 0)
            {
                return false;
            }

            Remove(key, read);
            return true;
        }
    }

    private void Remove(string key, Read read)
    {
        lock (_gate)
        {
            if (_underWay.TryGetValue(key, out var present) && ReferenceEquals(present, read))
            {
                _underWay.Remove(key);
            }
        }
    }

    private sealed class Read
    {
        public CancellationTokenSource Stop { get; } = new();

        public Task<TValue> Answer { get; set; } = null!;

        public int Callers { get; set; }
    }
}
