namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>A token bucket: so many at once, so many a second in the long run.</summary>
internal sealed class RateLimiter(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes a token, in advance if need be; returns how long to wait before using it.</summary>
    public TimeSpan Reserve()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            _tokens--;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
    }
}
