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
        while (!running.IsCompleted)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var silence = Task.Delay(period, time, enough.Token);
            if (await Task.WhenAny(running, silence).ConfigureAwait(false) == running)
            {
                await enough.CancelAsync().ConfigureAwait(false);
                break;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            // If the operation ends first, it does not wait for the ping.
            var pinging = ping(enough.Token);
            if (await Task.WhenAny(running, pinging).ConfigureAwait(false) == running)
            {
                await enough.CancelAsync().ConfigureAwait(false);
                await pinging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            }

            try
            {
                await pinging.ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await abandon.CancelAsync().ConfigureAwait(false);
                await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (e is not DockerException)
                {
                    throw;
                }

                throw new DockerUnreachableException(
                    endpoint,
                    $"Docker at {endpoint} does not answer a ping any more ({call.Operation}): {e.Message}",
                    call.Changes,
                    e);
            }
        }

        return await running.ConfigureAwait(false);
    }
}
