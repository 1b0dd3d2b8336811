namespace Drydock.Lab;

/// <summary>
/// Waits for a state that sends no event: asks the real endpoint until it answers, or a deadline passes.
/// </summary>
public static class Deadline
{
    /// <summary>The time that parts of the lab may take to become ready on a busy machine.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromMinutes(3);

    /// <summary>
    /// The time that an operator may take on a busy machine for what it does. It ends only waits for what never
    /// happens.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is true.</summary>
    /// <param name="what">Completes the sentence "Waited … for …".</param>
    /// <param name="probe">Asks once. A failed connection counts as "not yet"; its message is reported if the deadline
    /// passes.</param>
    /// <param name="deadline">How long to ask.</param>
    /// <param name="stillPossible">Returns why waiting is pointless (the process has ended), or null.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <exception cref="LabException">The deadline passed, or waiting became pointless.</exception>
    public static async Task UntilAsync(
        string what,
        Func<CancellationToken, Task<bool>> probe,
        TimeSpan? deadline = null,
        Func<string?>? stillPossible = null,
        CancellationToken cancellationToken = default)
    {
        var limit = deadline ?? Default;
        var watch = Stopwatch.StartNew();
        Exception? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            attempt.CancelAfter(TimeSpan.FromSeconds(5));
            try
            {
                if (await probe(attempt.Token))
                {
                    return;
                }
            }
            catch (Exception error)
                when (error is HttpRequestException or IOException or System.Net.Sockets.SocketException or LabException
                    || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                last = error;
            }

            if (stillPossible?.Invoke() is { } reason)
            {
                throw new LabException($"Gave up waiting for {what}: {reason}", last ?? new LabException("no answer"));
            }

            if (watch.Elapsed > limit)
            {
                throw new LabException(
                    $"Waited {limit.TotalSeconds:0} s in vain for {what}{(last is null ? "" : ": " + last.Message)}",
                    last ?? new LabException("no answer"));
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
