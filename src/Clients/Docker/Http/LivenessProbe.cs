using System.Runtime.ExceptionServices;

namespace Drydock.Clients.Docker;

/// <summary>Monitors calls that may legitimately take hours: in each period the engine is pinged on another
/// connection.</summary>
internal sealed class LivenessProbe(
    string endpoint, Func<CancellationToken, Task> ping, TimeSpan period, TimeProvider time)
{
    /// <summary>Runs <paramref name="operation"/>, and ends it when the engine no longer answers.</summary>
    /// <exception cref="DockerUnreachableException">The engine did not answer the ping.</exception>
    public async Task<T> GuardAsync<T>(
        DockerCall call, Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = operation(abandon.Token);
        if (running.IsCompleted || period == Timeout.InfiniteTimeSpan)
        {
            return await running.ConfigureAwait(false);
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? failure = null;
        var watching = WatchAsync();
        try
        {
            return await running.ConfigureAwait(false);
        }
        catch (Exception) when (failure is not null && !cancellationToken.IsCancellationRequested)
        {
            if (failure is not DockerException)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            throw new DockerUnreachableException(
                $"Docker at {endpoint} does not answer a ping any more ({call.Operation}): {failure.Message}",
                call.Changes,
                failure);
        }
        finally
        {
            // An operation that ends first does not wait for the ping.
            Stop(enough);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task WatchAsync()
        {
            try
            {
                while (true)
                {
                    await Task.Delay(period, time, enough.Token).ConfigureAwait(false);
                    await ping(enough.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (!enough.IsCancellationRequested)
            {
                failure = e;
                await abandon.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    // Synchronous, so that the operation ends where it ended without the probe.
    private static void Stop(CancellationTokenSource source) => source.Cancel();
}
