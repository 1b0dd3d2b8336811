namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Contends for a Lease (coordination.k8s.io/v1), renews it, and releases it. A contender watches the lease: a
/// released one is taken immediately, as is one whose holder has certainly ended; any other is taken when it has not
/// changed for its duration.</summary>
public sealed class LeaderElector : ILeadership
{
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProgressMargin = TimeSpan.FromSeconds(30);

    // The rest of the time is for logging and ending the process.
    private const double OverdueShare = 0.8;
    private readonly IKubernetesClient _client;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly LeaseRecord _lease;
    private readonly string _leaseName;
    private volatile Term? _term;
    private volatile Progress? _progress;
    private long _renewalStarted;

    /// <summary>Creates an elector; <see cref="RunAsync"/> starts it.</summary>
    /// <exception cref="ArgumentException">The times do not fit: retry period &lt; renew deadline &lt; lease duration
    /// is required.</exception>
    public LeaderElector(
        IKubernetesClient client, LeaderElectionOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        if (options.RetryPeriod >= options.RenewDeadline || options.RenewDeadline >= options.LeaseDuration)
        {
            throw new ArgumentException(
                $"Leader election needs retry period < renew deadline < lease duration, not {options.RetryPeriod} / "
                    + $"{options.RenewDeadline} / {options.LeaseDuration}.",
                nameof(options));
        }

        _client = client;
        _options = options;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<LeaderElector>();
        _lease = new LeaseRecord(client, options, time);
        _leaseName = $"{options.Namespace}/{options.LeaseName}";
        KubernetesMetrics.LeaderStatus.Add(0, KubernetesMetrics.Tag("name", options.LeaseName));
    }

    public bool IsLeader => _term is { IsOver: false } && SinceRenewal < _options.RenewDeadline;

    public CancellationToken Lost => _term?.Lost ?? new CancellationToken(canceled: true);

    public string? Holder => _lease.Holder;

    /// <summary>Why this process neither leads nor contends although it should, for the liveness probe; null if there
    /// is no problem.</summary>
    public string? Problem
    {
        get
        {
            if (_term is { } term)
            {
                return UntilOverdue(term) + ProgressMargin < TimeSpan.Zero
                    ? $"The term on lease {_leaseName} has ended, but its work is still running."
                    : null;
            }

            return _progress is { } progress
                && _time.GetElapsedTime(progress.At) is var age
                && age > progress.Within + ProgressMargin
                ? $"No sign of life for {age.TotalSeconds:0} s while {progress.What} lease {_leaseName}."
                : null;
        }
    }

    /// <summary>How long the work of a term may take to end after the term; until then no other process takes the
    /// lease.</summary>
    public TimeSpan Patience => _options.LeaseDuration - _options.RenewDeadline;

    private TimeSpan SinceRenewal => _time.GetElapsedTime(Volatile.Read(ref _renewalStarted));

    public void EnsureMayAct(TimeSpan margin)
    {
        if (_term is not { IsOver: false })
        {
            throw new NotLeaderException(
                $"{_options.Identity} does not hold lease {_leaseName}: "
                    + "another operator is leading, or this one is stopping.");
        }

        // Counted from before the renewal was sent. Others count from when they see it, which is later.
        var left = _options.LeaseDuration - SinceRenewal;
        if (left < margin || !IsLeader)
        {
            throw new NotLeaderException(
                $"{_options.Identity} holds lease {_leaseName} for only {left.TotalSeconds:0.0} s more, but "
                    + $"{margin.TotalSeconds:0.0} s are needed, because the API server does not answer renewals.");
        }
    }

    /// <summary>Contends until <paramref name="stopping"/>. Each term runs <paramref name="lead"/> with a token that is
    /// cancelled when the term ends; the lease is released only after <paramref name="lead"/> has ended, and is renewed
    /// until then. If <paramref name="lead"/> ends on its own, this method ends too, with its exception if it
    /// threw.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await AcquireAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            if (await LeadAsync(lead, stopping))
            {
                return;
            }
        }
    }

    /// <summary>Ends the current term because a part of its work failed. The work then ends as if the lease were lost,
    /// and the lease is released afterwards.</summary>
    public void EndTerm()
    {
        if (_term is { } term)
        {
            _ = EndAsync(term);
        }
    }

    private async Task AcquireAsync(CancellationToken stopping)
    {
        Note("requesting", LongestAttempt);
        if (await TryOnceAsync(AttemptLimit, stopping))
        {
            return;
        }

        _logger.Waits(_leaseName, _lease.Holder);
        var news =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watcher = new ResourceWatcher<V1Lease>(
            _client,
            new ResourceWatcherOptions
            {
                Namespace = _options.Namespace,
                FieldSelector = $"metadata.name={_options.LeaseName}",
            },
            _time,
            _loggers.CreateLogger<ResourceWatcher<V1Lease>>());
        using var subscription = watcher.Subscribe(change =>
        {
            _lease.Observe(change.Type == ResourceChangeType.Deleted ? null : change.Object);
            news.Writer.TryWrite(true);
        });
        var watch = watcher.RunAsync(watching.Token);
        try
        {
            while (true)
            {
                await WaitForNewsAsync(news.Reader, watcher, stopping);
                Note("requesting", LongestAttempt);
                if ((_lease.UntilFree == TimeSpan.Zero || watcher.Problem is not null)
                    && await TryOnceAsync(AttemptLimit, stopping))
                {
                    return;
                }
            }
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    /// <summary>Waits for a change of the lease or for its expiry; for the retry period if the watch does not work, and
    /// after a failed attempt to take a free lease.</summary>
    private async Task WaitForNewsAsync(
        ChannelReader<bool> news, ResourceWatcher<V1Lease> watch, CancellationToken stopping)
    {
        var expiry = _lease.UntilFree;
        var retry = _options.RetryPeriod * (1 - (0.2 * Random.Shared.NextDouble()));

        // A holder on this machine may end at any time without a change of the lease.
        var looks = expiry == TimeSpan.Zero
            || watch.Problem is not null
            || (_lease.Holder is { } holder && _options.HolderStateOf(holder) == HolderState.Running);
        var delay = looks && (expiry == TimeSpan.Zero || expiry > retry) ? retry : expiry;
        Note("waiting for", delay);
        using var timer = new CancellationTokenSource(delay, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            await news.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The time is up: check the lease.
        }
    }

    private async Task<bool> TryOnceAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        using var timer = new CancellationTokenSource(limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            if (!await _lease.TryHoldAsync(both.Token))
            {
                return false;
            }

            Volatile.Write(ref _renewalStarted, started);
            return true;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _logger.AttemptFailed(_leaseName, $"No answer within {limit.TotalSeconds:0.#} s.");
            return false;
        }
        catch (Exception e)
        {
            // Any failure (of a credential plugin, for instance) is logged; leadership itself has not failed yet.
            _logger.AttemptFailed(_leaseName, e.Message);
            return false;
        }
    }

    /// <summary>One term; true if <paramref name="lead"/> ended on its own or the process is stopping.</summary>
    private async Task<bool> LeadAsync(Func<CancellationToken, Task> lead, CancellationToken stopping)
    {
        using var work = new CancellationTokenSource();
        using var jobs = new CancellationTokenSource();
        using var renewing = new CancellationTokenSource();
        var term = new Term(work, jobs);
        await using var onStop = stopping.Register(static t => _ = StopAsync((Term)t!), term);
        _term = term;
        KubernetesMetrics.LeaderStatus.Add(1, KubernetesMetrics.Tag("name", _options.LeaseName));
        _logger.Leads(_options.Identity, _leaseName);
        var renewal = Task.Run(() => RenewAsync(term, renewing.Token), CancellationToken.None);
        var endedByItself = false;
        try
        {
            using var watchdog = _options.OnOverdue is { } onOverdue
                ? new TermWatchdog(
                    () => UntilOverdue(term), () => onOverdue(Overdue(term)), _options.WatchdogInterval)
                : null;
            await Task.Run(() => lead(work.Token), CancellationToken.None);
            endedByItself = !term.IsOver;
        }
        catch (OperationCanceledException) when (term.IsOver)
        {
            // The term has ended and cancelled the work.
        }
        finally
        {
            await StopAsync(term);
            _term = null;
            Note("releasing", LongestAttempt + _options.RetryPeriod);
            await renewing.CancelAsync();
            var held = await renewal;
            KubernetesMetrics.LeaderStatus.Add(-1, KubernetesMetrics.Tag("name", _options.LeaseName));
            if (held)
            {
                await ReleaseAsync();
            }

            _progress = null;
        }

        return endedByItself || stopping.IsCancellationRequested;
    }

    /// <summary>The workers are stopped first, so that none of them records a cancelled job as a failure.</summary>
    private static async Task StopAsync(Term term)
    {
        await term.Work.CancelAsync();
        await term.Jobs.CancelAsync();
    }

    private async Task EndAsync(Term term)
    {
        Interlocked.CompareExchange(ref term.OverSince, _time.GetTimestamp(), 0);
        await StopAsync(term);
    }

    private TimeSpan UntilOverdue(Term term)
    {
        var patience = Patience * OverdueShare;
        var left = _options.RenewDeadline + patience - SinceRenewal;
        var since = Interlocked.Read(ref term.OverSince);
        return since == 0 || patience - _time.GetElapsedTime(since) is var ending && ending > left ? left : ending;
    }

    private string Overdue(Term term) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"The term on lease {_leaseName} has ended, its last renewal was {SinceRenewal.TotalSeconds:0.0} s ago, and "
            + $"its work did not end "
        + $"when it was cancelled{(term.IsOver ? "" : " (and it could not be cancelled)")}.");

    /// <summary>Renews until it is stopped (true: the lease is still held) or the lease is lost (false), and then ends
    /// the term.</summary>
    private async Task<bool> RenewAsync(Term term, CancellationToken stop)
    {
        while (true)
        {
            var left = _options.RenewDeadline - SinceRenewal;
            if (_lease.Holder != _options.Identity || left <= TimeSpan.Zero)
            {
                _logger.Lost(_options.Identity, left <= TimeSpan.Zero
                    ? $"Lease {_leaseName} could not be renewed for {SinceRenewal.TotalSeconds:0.#} s."
                    : $"Lease {_leaseName} is held by {_lease.Holder ?? "no process"}.");
                await EndAsync(term);
                return false;
            }

            await Task.Delay(
                left < _options.RetryPeriod ? left : _options.RetryPeriod,
                _time,
                stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            left = _options.RenewDeadline - SinceRenewal;
            try
            {
                // Half of the remaining time, so that a request on a dead connection leaves time for another one.
                if (left > TimeSpan.Zero)
                {
                    var half = left > 2 * ShortestAttempt ? left / 2 : left;
                    await TryOnceAsync(half < LongestAttempt ? half : LongestAttempt, stop);
                }
            }
            catch (OperationCanceledException)
            {
                // Stopped by the caller.
            }

            if (stop.IsCancellationRequested)
            {
                return _lease.Holder == _options.Identity && SinceRenewal < _options.LeaseDuration;
            }
        }
    }

    private void Note(string what, TimeSpan within) => _progress = new Progress(what, _time.GetTimestamp(), within);

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(_options.RetryPeriod, _time);
        try
        {
            await _lease.ReleaseAsync(limit.Token);
            _logger.Released(_options.Identity, _leaseName);
        }
        catch (Exception e)
        {
            _logger.NotReleased(_leaseName, e.Message);
        }
    }

    private TimeSpan AttemptLimit => _options.RenewDeadline < LongestAttempt ? _options.RenewDeadline : LongestAttempt;

    private sealed record Progress(string What, long At, TimeSpan Within);
}
