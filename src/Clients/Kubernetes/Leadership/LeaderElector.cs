using k8s;
using k8s.LeaderElection;

namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Contends for a Lease (coordination.k8s.io/v1), renews it, and releases it, with the elector of the package
/// over an <see cref="ElectionLock"/>. A contender reads the lease every retry period: one that was released, or whose
/// holder has certainly ended, is taken then; any other is taken when it has not changed for its duration. The term
/// itself is not left to the package, which neither ends the work nor says how long the lease is certain.</summary>
public sealed class LeaderElector : IDisposable
{
    private static readonly TimeSpan ProgressMargin = TimeSpan.FromSeconds(30);

    // The elector of the package begins the next attempt after at most 2.4 retry periods.
    private const double LongestPause = 2.4;

    // The rest of the time is for logging and ending the process.
    private const double OverdueShare = 0.8;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ElectionLock _lock;
    private volatile Term? _term;

    /// <param name="kubernetes">Disposed with the elector.</param>
    public LeaderElector(
        IKubernetes kubernetes, LeaderElectionOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<LeaderElector>();
        _lock = new ElectionLock(kubernetes, options, time, _logger, LoseTo);
        KubernetesMetrics.LeaderStatus.Add(0, KubernetesMetrics.Tag("name", options.LeaseName));
    }

    public bool IsLeader => _term is { IsOver: false } && _lock.SinceRenewal < _options.RenewDeadline;

    /// <summary>How long the lease is certainly held, by the monotonic clock; nothing while not leading. Counted from
    /// before the last renewal was sent: others count from when they see it, which is later.</summary>
    public TimeSpan Left => IsLeader ? _options.LeaseDuration - _lock.SinceRenewal : TimeSpan.Zero;

    /// <summary>How long this process has led in the present term; nothing while not leading.</summary>
    public TimeSpan Held => IsLeader && _term is { } term ? _time.GetElapsedTime(term.Began) : TimeSpan.Zero;

    /// <summary>Cancelled when the present term ends; already cancelled while not leading.</summary>
    public CancellationToken Lost => _term?.Lost ?? new CancellationToken(canceled: true);

    /// <summary>Why this process neither leads nor contends although it should, for the liveness probe; null if there
    /// is no problem.</summary>
    public string? Problem
    {
        get
        {
            if (_term is { } term)
            {
                return UntilOverdue(term) + ProgressMargin < TimeSpan.Zero
                    ? $"The term on lease {_lock.Describe()} has ended, but its work is still running."
                    : null;
            }

            var age = _lock.SinceAttempt;
            var longest = (LongestPause * _options.RetryPeriod) + ElectionLock.LongestAttempt + ProgressMargin;
            return age > longest
                ? $"No sign of life for {age.TotalSeconds:0} s while contending for lease {_lock.Describe()}."
                : null;
        }
    }

    /// <summary>Returns if this process certainly holds the lease for at least <paramref name="margin"/> longer, by the
    /// monotonic clock, counted from the start of the last successful renewal. A lease is not a fence: a process can be
    /// suspended between the check and the act, so the target must also refuse every act that arrives late.</summary>
    /// <exception cref="NotLeaderException">It does not.</exception>
    public void EnsureMayAct(TimeSpan margin)
    {
        if (_term is not { IsOver: false })
        {
            throw new NotLeaderException(
                $"{_options.Identity} does not hold lease {_lock.Describe()}: "
                    + "another operator is leading, or this one is stopping.");
        }

        var left = Left;
        if (left < margin || !IsLeader)
        {
            throw new NotLeaderException(
                $"{_options.Identity} holds lease {_lock.Describe()} for only {left.TotalSeconds:0.0} s more, but "
                    + $"{margin.TotalSeconds:0.0} s are needed, because the API server does not answer renewals.");
        }
    }

    /// <summary>Contends until <paramref name="stopping"/>. Each term runs <paramref name="lead"/> with a token that is
    /// cancelled when the term ends; the lease is released only after <paramref name="lead"/> has ended, and is renewed
    /// until then. If <paramref name="lead"/> ends on its own, this method ends too, with its exception if it
    /// threw.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken stopping)
    {
        _lock.NoteAttempt();
        while (!stopping.IsCancellationRequested && !await ContendAsync(lead, stopping))
        {
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Ends the current term because a part of its work failed. The work then ends as if the lease were lost,
    /// and the lease is released afterwards.</summary>
    public void EndTerm()
    {
        if (_term is { } term)
        {
            _ = EndAsync(term);
        }
    }

    /// <summary>Contends for the lease and leads once; true if <paramref name="lead"/> ended on its own or the process
    /// is stopping. The elector of the package renews until <paramref name="lead"/> has ended or the lease is
    /// lost.</summary>
    private async Task<bool> ContendAsync(Func<CancellationToken, Task> lead, CancellationToken stopping)
    {
        using var renewing = new CancellationTokenSource();
        using var elector = new k8s.LeaderElection.LeaderElector(new LeaderElectionConfig(_lock)
        {
            LeaseDuration = TimeSpan.FromSeconds(Math.Ceiling(_options.LeaseDuration.TotalSeconds)),

            // The term ends before that, so the package never does.
            RenewDeadline = _options.LeaseDuration,
            RetryPeriod = _options.RetryPeriod,
        });
        var acquired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        elector.OnStartedLeading += acquired.SetResult;
        elector.OnNewLeader += holder =>
        {
            if (holder.Length > 0 && holder != _options.Identity)
            {
                _logger.Waits(_lock.Describe(), holder);
            }
        };
        var election = Task.Run(() => elector.RunUntilLeadershipLostAsync(renewing.Token), CancellationToken.None);
        try
        {
            await await Task.WhenAny(acquired.Task, election).WaitAsync(stopping);
            return await LeadAsync(lead, renewing, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return true;
        }
        finally
        {
            var lost = renewing.IsCancellationRequested;
            await renewing.CancelAsync();
            await election.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!lost && _lock.MayBeHeld)
            {
                if (await _lock.ReleaseAsync())
                {
                    _logger.Released(_options.Identity, _lock.Describe());
                }
                else
                {
                    _logger.NotReleased(_lock.Describe());
                }
            }
        }
    }

    private async Task<bool> LeadAsync(
        Func<CancellationToken, Task> lead, CancellationTokenSource renewing, CancellationToken stopping)
    {
        using var work = new CancellationTokenSource();
        using var jobs = new CancellationTokenSource();
        var term = new Term(work, jobs, renewing, _time.GetTimestamp());
        await using var onStop = stopping.Register(static t => _ = StopAsync((Term)t!), term);
        _term = term;
        KubernetesMetrics.LeaderStatus.Add(1, KubernetesMetrics.Tag("name", _options.LeaseName));
        _logger.Leads(_options.Identity, _lock.Describe());
        var deadline = Task.Run(() => LoseAtDeadlineAsync(term), CancellationToken.None);
        var endedByItself = false;
        try
        {
            using var watchdog = _options.OnOverdue is { } onOverdue
                ? new TermWatchdog(() => UntilOverdue(term), () => onOverdue(Overdue()), _options.WatchdogInterval)
                : null;
            await lead(work.Token);
            endedByItself = !term.IsOver;
        }
        catch (OperationCanceledException) when (term.IsOver)
        {
            // The term has ended and cancelled the work.
        }
        finally
        {
            await StopAsync(term);
            await deadline;
            _term = null;
            KubernetesMetrics.LeaderStatus.Add(-1, KubernetesMetrics.Tag("name", _options.LeaseName));
        }

        return endedByItself;
    }

    private async Task LoseAtDeadlineAsync(Term term)
    {
        while (!term.IsOver)
        {
            var left = _options.RenewDeadline - _lock.SinceRenewal;
            if (left <= TimeSpan.Zero)
            {
                var age = _lock.SinceRenewal.TotalSeconds;
                await LoseAsync(term, $"Lease {_lock.Describe()} could not be renewed for {age:0.#} s.");
                return;
            }

            await Task.Delay(left, _time, term.Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void LoseTo(string holder)
    {
        if (_term is { IsOver: false } term)
        {
            _ = LoseAsync(term, $"Lease {_lock.Describe()} is held by {holder}.");
        }
    }

    private async Task LoseAsync(Term term, string why)
    {
        _logger.Lost(_options.Identity, why);
        await term.Renewing.CancelAsync();
        await EndAsync(term);
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
        var patience = (_options.LeaseDuration - _options.RenewDeadline) * OverdueShare;
        var left = _options.RenewDeadline + patience - _lock.SinceRenewal;
        var since = Interlocked.Read(ref term.OverSince);
        return since == 0 || patience - _time.GetElapsedTime(since) is var ending && ending > left ? left : ending;
    }

    private string Overdue() =>
        $"The term on lease {_lock.Describe()} has ended, its last renewal was {_lock.SinceRenewal.TotalSeconds:0.0} s "
            + "ago, and its work is still running.";
}

internal static partial class LeadershipLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} now leads (lease {Lease}).")]
    public static partial void Leads(this ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting for lease {Lease}, which is held by {Holder}.")]
    public static partial void Waits(this ILogger logger, string lease, string? holder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Identity} no longer leads: {Why}")]
    public static partial void Lost(this ILogger logger, string identity, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An attempt on lease {Lease} failed: {Why}")]
    public static partial void AttemptFailed(this ILogger logger, string lease, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} released lease {Lease}.")]
    public static partial void Released(this ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} was not released and will expire.")]
    public static partial void NotReleased(this ILogger logger, string lease);
}

/// <summary>This process must not act now: it does not hold the lease, or not for long enough. Nothing was
/// done.</summary>
public sealed class NotLeaderException(string message) : Exception(message);

/// <summary>The lease to contend for, and the times of leader election.</summary>
public sealed record LeaderElectionOptions
{
    public required string LeaseName { get; init; }

    public required string Namespace { get; init; }

    public required string Identity { get; init; }

    /// <summary>A lease not renewed for this long (seen by the contender's own clock) may be taken. It may be long
    /// because it rarely causes a wait: a leader that stops releases the lease, and a crashed one is detected
    /// (<see cref="HasEnded"/>); only a leader that may still be running is waited for.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A leader that could not renew for this long stops leading and cancels its work. A shorter outage of the
    /// API server does not interrupt a dump.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the process that holds the lease under an identity has certainly ended, so that its lease can
    /// be taken immediately.</summary>
    public Func<string, bool> HasEnded { get; init; } = static _ => false;

    /// <summary>Ends the process; called on a dedicated thread if the work of an ended term is still running when
    /// another process may take the lease. It must not return. Null: such work is not ended.</summary>
    public Action<string>? OnOverdue { get; init; }

    /// <summary>How often that thread looks, at the least. It waits on no <see cref="TimeProvider"/>, so a test with a
    /// clock of its own sets less.</summary>
    internal TimeSpan WatchdogInterval { get; init; } = TimeSpan.FromSeconds(1);
}
