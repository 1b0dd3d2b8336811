using Amazon.S3;
using Polly;
using Polly.Retry;

namespace Drydock.Clients.Snapshots;

/// <summary>Runs requests: each with a time limit, with retries for transient failures, and with readable
/// errors.</summary>
internal sealed class S3Calls
{
    private readonly S3StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _again;

    internal S3Calls(S3StorageOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _again = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = static arguments =>
                    new ValueTask<bool>(S3Errors.IsTransient(arguments.Outcome.Exception)),
                MaxRetryAttempts = Math.Max(1, options.Retries),
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.FirstPause,
                MaxDelay = options.LongestPause,
                UseJitter = true,
            })
            .Build();
    }

    internal async Task<T> RunAsync<T>(
        string verb, string name, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _again.ExecuteAsync(
                async token => await LimitedAsync(call, token).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (S3Errors.IsStorageError(e) && !cancellationToken.IsCancellationRequested)
        {
            throw S3Errors.Describe(_options, verb, name, e);
        }
    }

    /// <summary>The pause before the given retry, counted from 1.</summary>
    internal Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var pause = _options.FirstPause * Math.Pow(2, Math.Min(attempt - 1, 16));
        return Task.Delay(pause < _options.LongestPause ? pause : _options.LongestPause, _time, cancellationToken);
    }

    internal async Task<T> WithinAsync<T>(
        TimeSpan limit, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(Timers.Clamp(limit), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await call(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (clock.IsCancellationRequested
            && !cancellationToken.IsCancellationRequested
            && (e is OperationCanceledException || S3Errors.IsStorageError(e)))
        {
            throw new TimeoutException(
                FormattableString.Invariant($"no answer within {limit.TotalSeconds:0.###} s"), e);
        }
    }

    // The SDK reads the body of a response without the token.
    private Task<T> LimitedAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        WithinAsync(
            _options.RequestTimeout,
            async token => await call(token).WaitAsync(token).ConfigureAwait(false),
            cancellationToken);
}
