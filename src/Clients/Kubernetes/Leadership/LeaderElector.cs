using System.Threading.Channels;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;
using Microsoft.Extensions.Logging;

namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// Contends for a Lease (coordination.k8s.io/v1), renews it, and gives it back. A contender watches the lease, so that one given back is taken at once;
/// one whose holder died is taken when it has not changed for its duration.
/// </summary>
public sealed class LeaderElector : ILeadership
{
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromMilliseconds(500);
    private readonly IKubernetesClient _client;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly LeaseRecord _lease;
    private readonly string _leaseName;
    private volatile Term? _term;
    private long _renewalStarted;

    /// <summary>Makes an elector; <see cref="RunAsync"/> starts it.</summary>
    /// <exception cref="ArgumentException">The times do not fit: retry period &lt; renew deadline &lt; lease duration is required.</exception>
    public LeaderElector(IKubernetesClient client, LeaderElectionOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        if (options.RetryPeriod >= options.RenewDeadline || options.RenewDeadline >= options.LeaseDuration)
        {
            throw new ArgumentException($"Leader election needs retry period < renew deadline < lease duration, not {options.RetryPeriod} / {options.RenewDeadline} / {options.LeaseDuration}.", nameof(options));
        }

        _client = client;
        _options = options;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<LeaderElector>();
        _lease = new LeaseRecord(client, options, time);
        _leaseName = $"{options.Namespace}/{options.LeaseName}";
    }

    /// <inheritdoc />
    public bool IsLeader => _term is { Lost.IsCancellationRequested: false } && SinceRenewal < _options.RenewDeadline;

    /// <inheritdoc />
    public CancellationToken Lost => _term?.Lost ?? new CancellationToken(canceled: true);

    /// <summary>Who holds the lease as last seen; null if nobody, or not looked yet.</summary>
    public string? Holder => _lease.Holder;

    private TimeSpan SinceRenewal => _time.GetElapsedTime(Volatile.Read(ref _renewalStarted));

    /// <inheritdoc />
    public void EnsureMayAct(TimeSpan margin)
    {
        if (_term is not { Lost.IsCancellationRequested: false })
        {
            throw new NotLeaderException($"{_options.Identity} does not hold lease {_leaseName}: another operator acts, or this one is stopping.");
        }

        // Counted from before the renewal was sent: others count from when they see it, which is later.
        var left = _options.LeaseDuration - SinceRenewal;
        if (left < margin || !IsLeader)
        {
            throw new NotLeaderException($"{_options.Identity} holds lease {_leaseName} for certain for only {left.TotalSeconds:0.0} s more, {margin.TotalSeconds:0.0} s are needed: the API server does not answer renewals.");
        }
    }

    /// <summary>
    /// Contends until <paramref name="stopping"/>. Each term runs <paramref name="lead"/> with a token that is cancelled when the term ends; the lease is given
    /// back only after <paramref name="lead"/> has ended, and goes on being renewed until then. If <paramref name="lead"/> ends by itself, so does this, with
    /// its exception if it threw.
    /// </summary>
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

    private async Task AcquireAsync(CancellationToken stopping)
    {
        if (await TryOnceAsync(_options.RenewDeadline, stopping))
        {
            return;
        }

        _logger.Waits(_leaseName, _lease.Holder);
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watcher = new ResourceWatcher<V1Lease>(
            _client,
            new ResourceWatcherOptions { Namespace = _options.Namespace, FieldSelector = $"metadata.name={_options.LeaseName}" },
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
                if ((_lease.UntilFree == TimeSpan.Zero || watcher.Problem is not null) && await TryOnceAsync(_options.RenewDeadline, stopping))
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

    /// <summary>Waits for a change of the lease or for its expiry; for the retry period where the watch does not work, and after an attempt on a free lease that failed.</summary>
    private async Task WaitForNewsAsync(ChannelReader<bool> news, ResourceWatcher<V1Lease> watch, CancellationToken stopping)
    {
        var expiry = _lease.UntilFree;
        var retry = _options.RetryPeriod * (1 - (0.2 * Random.Shared.NextDouble()));
        var delay = expiry == TimeSpan.Zero || (watch.Problem is not null && expiry > retry) ? retry : expiry;
        using var timer = new CancellationTokenSource(delay, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            await news.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The time is up: look.
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
            _logger.AttemptFailed(_leaseName, $"no answer within {limit.TotalSeconds:0.#} s");
            return false;
        }
        catch (Exception e)
        {
            // Whatever it is (a credential plugin that fails, for instance): it is not our leadership that failed yet.
            _logger.AttemptFailed(_leaseName, e.Message);
            return false;
        }
    }

    /// <summary>One term; true if <paramref name="lead"/> ended by itself or we are stopping.</summary>
    private async Task<bool> LeadAsync(Func<CancellationToken, Task> lead, CancellationToken stopping)
    {
        using var term = new CancellationTokenSource();
        using var renewing = new CancellationTokenSource();
        await using var onStop = stopping.Register(static t => ((CancellationTokenSource)t!).Cancel(), term);
        _term = new Term(term.Token);
        KubernetesMetrics.LeaderStatus.Add(1, KubernetesMetrics.Tag("name", _options.LeaseName));
        _logger.Leads(_options.Identity, _leaseName);
        var renewal = Task.Run(() => RenewAsync(term, renewing.Token), CancellationToken.None);
        var work = Task.Run(() => lead(term.Token), CancellationToken.None);
        var endedByItself = false;
        try
        {
            await work;
            endedByItself = !term.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (term.IsCancellationRequested)
        {
            // The term is over, as it was told.
        }
        finally
        {
            await term.CancelAsync();
            _term = null;
            await renewing.CancelAsync();
            var held = await renewal;
            KubernetesMetrics.LeaderStatus.Add(-1, KubernetesMetrics.Tag("name", _options.LeaseName));
            if (held)
            {
                await ReleaseAsync();
            }
        }

        return endedByItself || stopping.IsCancellationRequested;
    }

    /// <summary>Renews until told to stop (true: still ours) or until the lease is lost (false), and then ends the term.</summary>
    private async Task<bool> RenewAsync(CancellationTokenSource term, CancellationToken stop)
    {
        while (true)
        {
            var left = _options.RenewDeadline - SinceRenewal;
            if (_lease.Holder != _options.Identity || left <= TimeSpan.Zero)
            {
                _logger.Lost(_options.Identity, left <= TimeSpan.Zero
                    ? $"lease {_leaseName} could not be renewed for {SinceRenewal.TotalSeconds:0.#} s"
                    : $"lease {_leaseName} is held by {_lease.Holder ?? "nobody"}");
                await term.CancelAsync();
                return false;
            }

            await Task.Delay(left < _options.RetryPeriod ? left : _options.RetryPeriod, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            left = _options.RenewDeadline - SinceRenewal;
            try
            {
                // Half of what is left: a request that hangs on a dead connection leaves time for another one.
                if (left > TimeSpan.Zero)
                {
                    await TryOnceAsync(left > 2 * ShortestAttempt ? left / 2 : left, stop);
                }
            }
            catch (OperationCanceledException)
            {
                // Told to stop.
            }

            if (stop.IsCancellationRequested)
            {
                return true;
            }
        }
    }

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

    private sealed record Term(CancellationToken Lost);
}
