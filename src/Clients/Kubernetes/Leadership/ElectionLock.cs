using k8s;
using k8s.Autorest;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;

namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>The lease as the elector of the package sees it. That elector decides by the wall clock, gives up at the
/// first connection error, and may begin an attempt beside a slow one. Here a lease is expired if it was unchanged for
/// its whole duration by the monotonic clock of this process, a failure ends only one attempt, and a write needs the
/// consent of the last read.</summary>
/// <param name="kubernetes">Disposed with the lock.</param>
/// <param name="onOther">Called with the holder when a read shows that another process holds the lease.</param>
internal sealed class ElectionLock(
    IKubernetes kubernetes, LeaderElectionOptions options, TimeProvider time, ILogger logger, Action<string> onOther)
    : ILock, IDisposable
{
    public static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromMilliseconds(500);
    private readonly LeaseLock _lease = Logging(
        new LeaseLock(kubernetes, options.Namespace, options.LeaseName, options.Identity), logger);
    private readonly SemaphoreSlim _turn = new(1);
    private LeaderElectionRecord? _seen;
    private long _seenAt;
    private long _reads;
    private long _renewalStarted;
    private long _attemptEnded;
    private bool _mayWrite;

    public string Identity => options.Identity;

    /// <summary>Whether the lease may name this process: a write was sent, and no later read shows another
    /// holder.</summary>
    public bool MayBeHeld { get; private set; }

    /// <summary>Time since the start of the last successful write.</summary>
    public TimeSpan SinceRenewal => time.GetElapsedTime(Volatile.Read(ref _renewalStarted));

    /// <summary>Time since an attempt ended, or since <see cref="NoteAttempt"/> was called; zero before that.</summary>
    public TimeSpan SinceAttempt =>
        Volatile.Read(ref _attemptEnded) is var ended and not 0 ? time.GetElapsedTime(ended) : TimeSpan.Zero;

    // Half of the remaining time, so that a request on a dead connection leaves time for another one.
    private TimeSpan Limit
    {
        get
        {
            var left = options.RenewDeadline - SinceRenewal;
            var half = (left > TimeSpan.Zero ? left : options.RenewDeadline) / 2;
            return half < ShortestAttempt ? ShortestAttempt : half < LongestAttempt ? half : LongestAttempt;
        }
    }

    public string Describe() => _lease.Describe();

    public async Task<LeaderElectionRecord> GetAsync(CancellationToken cancellationToken = default) =>
        await TryAsync(ReadAsync, Limit, cancellationToken)
        ?? throw new HttpOperationException("The lease could not be read.")
        {
            Response = new HttpResponseMessageWrapper(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable), ""),
        };

    public Task<bool> CreateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default) =>
        WriteAsync(record, token => _lease.CreateAsync(record, token), cancellationToken);

    public Task<bool> UpdateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default) =>
        WriteAsync(record, async token => _mayWrite && await _lease.UpdateAsync(record, token), cancellationToken);

    /// <summary>Empties the holder, so that a successor does not have to wait. False if that failed, or if another
    /// process holds the lease.</summary>
    public Task<bool> ReleaseAsync() => TryAsync(
        async token =>
        {
            var record = await ReadAsync(token);
            var now = WithFraction(time.GetUtcNow().UtcDateTime);
            var free = new LeaderElectionRecord
            {
                LeaseDurationSeconds = 1,
                AcquireTime = now,
                RenewTime = now,
                LeaderTransitions = record.LeaderTransitions,
            };
            return record.HolderIdentity == Identity && await _lease.UpdateAsync(free, token);
        },
        options.RetryPeriod,
        CancellationToken.None);

    public void NoteAttempt() => Volatile.Write(ref _attemptEnded, time.GetTimestamp());

    public void Dispose()
    {
        _turn.Dispose();
        kubernetes.Dispose();
    }

    private static LeaseLock Logging(LeaseLock lease, ILogger logger)
    {
        lease.OnHttpError += refused =>
        {
            if (refused.Response.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.NotFound))
            {
                logger.AttemptFailed(lease.Describe(), Why(refused));
            }
        };
        return lease;
    }

    private static string Why(Exception error) => error is HttpOperationException { Response: { } answer }
        ? $"The API server answered {(int)answer.StatusCode}: {answer.Content[..Math.Min(500, answer.Content.Length)]}"
        : error.GetBaseException().Message;

    /// <summary>The API server refuses times of a lease without a fraction, which the package writes for whole
    /// seconds: an odd number of ticks is none.</summary>
    private static DateTime WithFraction(DateTime time) => new(time.Ticks | 1, DateTimeKind.Utc);

    /// <summary>Reads the lease. The elector creates one whose record says nothing, takes one with an empty holder, and
    /// never takes one that has just changed and lasts for years: it never decides by the wall clock.</summary>
    private async Task<LeaderElectionRecord> ReadAsync(CancellationToken cancellationToken)
    {
        LeaderElectionRecord record;
        try
        {
            record = await _lease.GetAsync(cancellationToken);
        }
        catch (HttpOperationException e) when (e.Response?.StatusCode == HttpStatusCode.NotFound)
        {
            return new LeaderElectionRecord();
        }

        MayBeHeld = record.HolderIdentity == Identity;
        _mayWrite = MayBeHeld || IsFree(record);
        if (!_mayWrite)
        {
            onOther(record.HolderIdentity);
        }

        return new LeaderElectionRecord
        {
            HolderIdentity = _mayWrite && !MayBeHeld ? "" : record.HolderIdentity,
            LeaseDurationSeconds = int.MaxValue,
            AcquireTime = record.AcquireTime ?? DateTime.UnixEpoch,
            RenewTime = DateTime.UnixEpoch.AddTicks(++_reads),
            LeaderTransitions = record.LeaderTransitions,
        };
    }

    private bool IsFree(LeaderElectionRecord record)
    {
        if (!record.Equals(_seen))
        {
            (_seen, _seenAt) = (record, time.GetTimestamp());
        }

        var theirs = TimeSpan.FromSeconds(record.LeaseDurationSeconds);
        return string.IsNullOrEmpty(record.HolderIdentity)
            || options.HasEnded(record.HolderIdentity)
            || time.GetElapsedTime(_seenAt) >= (theirs > options.LeaseDuration ? theirs : options.LeaseDuration);
    }

    private async Task<bool> WriteAsync(
        LeaderElectionRecord record, Func<CancellationToken, Task<bool>> write, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        record.AcquireTime = WithFraction(record.AcquireTime!.Value);
        record.RenewTime = WithFraction(record.RenewTime!.Value);
        MayBeHeld = true;
        if (!await TryAsync(write, Limit, cancellationToken))
        {
            return false;
        }

        Volatile.Write(ref _renewalStarted, started);
        return true;
    }

    /// <summary>Sends one request at a time, so that none is under way when the lease has been released. A failure is
    /// logged; leadership itself has not failed yet.</summary>
    private async Task<T?> TryAsync<T>(
        Func<CancellationToken, Task<T>> send, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await _turn.WaitAsync(both.Token);
            try
            {
                return await send(both.Token);
            }
            finally
            {
                NoteAttempt();
                _turn.Release();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.AttemptFailed(
                Describe(), timer.IsCancellationRequested ? $"No answer within {limit.TotalSeconds:0.#} s." : Why(e));
            return default;
        }
    }
}
