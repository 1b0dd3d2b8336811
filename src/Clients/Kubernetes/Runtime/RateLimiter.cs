namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>
/// A token bucket: so many at once, so many a second in the long run. The limiters of System.Threading.RateLimiting
/// read the system's clock themselves and take no
/// TimeProvider. For one caller at a time.
/// </summary>
internal sealed class RateLimiter(double perSecond, int burst, TimeProvider time)
{
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    /// <summary>How long until there is a token; zero if there is one.</summary>
    public TimeSpan Wait
    {
        get
        {
            Fill();
            return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / perSecond);
        }
    }

    /// <summary>Whether nothing was taken for so long that a new bucket would be the same.</summary>
    public bool IsFull
    {
        get
        {
            Fill();
            return _tokens >= burst;
        }
    }

    /// <summary>Takes a token; there must be one.</summary>
    public void Take() => _tokens--;

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
